import FoundationEssentials
import Logging
import Metrics
import Postgres

/// Turns what lies in the inbox into stored and projected events: claim, understand, find the owner, record, in one transaction.
package struct InboxProcessor: Sendable {
    private let client: PostgresClient
    private let throttle: any MessageThrottle
    private let time: any TimeSource
    private let logger: Logger
    private let recorder = EventRecorder()
    private let stored = Counter(label: "comm_events_stored_total")
    private let dropped = Counter(label: "comm_events_dropped_total")

    /// How long a report about a message that we do not know (yet) is kept.
    static let patience: TimeInterval = 24 * 3600

    /// - Parameter throttle: hears what is reported of servers' answers.
    package init(
        client: PostgresClient,
        throttle: any MessageThrottle = UnlimitedThrottle(),
        time: any TimeSource,
        logger: Logger
    ) {
        self.client = client
        self.throttle = throttle
        self.time = time
        self.logger = logger
    }

    /// Processes up to `limit` inbox rows.
    ///
    /// - Returns: how many rows were taken; fewer than `limit` means that nothing more is due.
    package func processBatch(limit: Int = 1_000) async throws -> Int {
        do {
            return try await process(limit: limit)
        } catch  where !Self.isTransient(error) {
            // A row that is refused must not hold up the rest: one at a time, the bad one is put aside.
            logger.warning("batch of events refused, going one by one", metadata: ["error": "\(error)"])
            return try await processOneByOne(limit: limit)
        }
    }

    /// The store is away, or the daemon stops: nothing is wrong with the rows.
    private static func isTransient(_ error: any Error) -> Bool {
        error is CancellationError || (error as? PostgresError)?.isTransient == true
    }

    private func process(limit: Int) async throws -> Int {
        let now = time.now
        let (count, answers) = try await client.withTransaction { connection in
            let rows = try await InboxRepository.claim(limit: limit, now: now, on: connection)
            return (rows.count, rows.isEmpty ? ReportedAnswers() : try await handle(rows, now: now, on: connection))
        }
        // After the commit, so that none counts twice; those of a process that dies here are lost to the rules.
        await answers.tell(throttle, now: now)
        return count
    }

    private func processOneByOne(limit: Int) async throws -> Int {
        var taken = 0
        while taken < limit {
            do {
                guard try await process(limit: 1) == 1 else { return taken }
            } catch  where !Self.isTransient(error) {
                try await parkOldest(reason: "\(error)")
            }
            taken += 1
        }
        return taken
    }

    private func parkOldest(reason: String) async throws {
        try await client.withTransaction { connection in
            let now = time.now
            guard let row = try await InboxRepository.claim(limit: 1, now: now, on: connection).first else { return }
            try await InboxRepository.park([(row.id, retryTime(row, now: now), reason)], on: connection)
        }
    }

    private func handle(_ rows: [InboxRepository.Row], now: Date, on connection: PostgresConnection) async throws -> ReportedAnswers {
        var dispatched: [DispatchedChunk] = []
        for row in rows where row.source == DispatchedChunk.source {
            let chunk = try DispatchedChunk(json: row.payload)
            try await DispatchProjection.apply(chunk, on: connection, now: now)
            dispatched.append(chunk)
        }
        for row in rows where row.source == SNSConfirmationRequest.source {
            try await SNSSubscriptionRepository.ask(SNSConfirmationRequest(json: row.payload), at: now, on: connection)
        }
        var facts: [(row: InboxRepository.Row, fact: ReportedFact)] = []
        var kept: [(row: InboxRepository.Row, type: String)] = []
        for row in rows where !Self.ours.contains(row.source) {
            do {
                let reading = try Self.reading(of: row)
                for fact in reading.facts { facts.append((row, fact)) }
                if let type = reading.keptAs { kept.append((row, type)) }
            } catch {
                drop(row, reason: "unreadable")
            }
        }
        facts = try await addressed(facts, kept: &kept, on: connection)
        let known = try await MessageCandidateRepository.resolve(facts.map(\.fact), on: connection)
        let owners = try await MessageOwnerRepository.owners(of: known, on: connection)
        let refusals = try rows.filter { $0.source == RefusedRecipient.source }.map { try RefusedRecipient(json: $0.payload) }
        var events = try await HandoverRefusals.events(of: refusals, on: connection)
        var parked: [UUID: (id: UUID, dueAt: Date, reason: String)] = [:]
        var answers = ReportedAnswers()
        for ((row, fact), owner) in zip(facts, owners) {
            if let owner {
                let event = fact.event(of: owner)
                events.append(event)
                answers.add(fact, of: owner, as: event.id)
            } else if now.timeIntervalSince(row.receivedAt) < Self.patience {
                parked[row.id] = (row.id, retryTime(row, now: now), "no message of ours is known by this report")
            } else {
                drop(row, reason: "unknown message")
            }
        }
        try await keep(kept, on: connection)
        let new = try await recorder.record(events, dispatched: dispatched, waitsForRebuild: true, on: connection, now: now)
        stored.increment(by: new.count)
        answers.settle(fresh: new, now: now)
        try await InboxRepository.park(Array(parked.values), on: connection)
        try await InboxRepository.delete(rows.map(\.id).filter { parked[$0] == nil }, on: connection)
        return answers
    }

    /// What the daemons tell each other; everything else is somebody's report.
    private static let ours: Set = [DispatchedChunk.source, SNSConfirmationRequest.source, RefusedRecipient.source]

    private static func reading(of row: InboxRepository.Row) throws -> ProviderReading {
        switch row.source {
        case TrackingSource.name: ProviderReading(facts: try TrackingSource.facts(in: row.payload))
        case PostalSource.name: try PostalSource.read(row.payload, receivedAt: row.receivedAt)
        case SESSource.name: try SESSource.read(row.payload, receivedAt: row.receivedAt)
        case BounceMailSource.name: try BounceMailSource.read(row.payload, receivedAt: row.receivedAt)
        case TwilioSource.name: try TwilioSource.read(row.payload, receivedAt: row.receivedAt)
        case FirebaseSource.name: try FirebaseSource.read(row.payload, receivedAt: row.receivedAt)
        case MailgunSource.name: try MailgunSource.read(row.payload, receivedAt: row.receivedAt)
        default:
            ProviderReading(facts: try MotoricalSource.facts(in: row.payload, source: row.source, receivedAt: row.receivedAt))
        }
    }

    /// Facts that name a recipient only, as facts about messages; what is about nobody of ours is kept.
    private func addressed(
        _ facts: [(row: InboxRepository.Row, fact: ReportedFact)],
        kept: inout [(row: InboxRepository.Row, type: String)],
        on connection: PostgresConnection
    ) async throws -> [(row: InboxRepository.Row, fact: ReportedFact)] {
        let found = try await RecipientMessageRepository.facts(from: facts.map(\.fact), on: connection)
        for (entry, meant) in zip(facts, found) where meant.isEmpty {
            kept.append((entry.row, "\(entry.fact.type.rawValue) of a stranger"))
        }
        return zip(facts, found).flatMap { entry, meant in meant.map { (entry.row, $0) } }
    }

    private func keep(_ reports: [(row: InboxRepository.Row, type: String)], on connection: PostgresConnection) async throws {
        for report in reports {
            Counter(label: "comm_provider_reports_kept_total", dimensions: [("source", report.row.source)]).increment()
        }
        try await KeptReportRepository.insert(reports, on: connection)
    }

    /// Deletes kept reports that are too old.
    package func deleteExpiredReports() async throws {
        try await KeptReportRepository.deleteExpired(now: time.now, on: client)
    }

    private func drop(_ row: InboxRepository.Row, reason: String) {
        dropped.increment()
        logger.warning("report dropped", metadata: ["source": "\(row.source)", "inbox_id": "\(row.id)", "reason": "\(reason)"])
    }

    /// One second, doubling up to ten minutes: most often the report only overtook our own delivery log.
    private func retryTime(_ row: InboxRepository.Row, now: Date) -> Date {
        now.addingTimeInterval(min(600, Double(1 << min(row.attempts, 10))))
    }
}
