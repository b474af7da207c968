import FoundationEssentials
import IMAP
import Logging
import MIME
import Metrics
import Postgres

/// Reads the mailbox that bounces come back to, in batches, and puts what they report into the inbox.
///
/// The position is kept in the transaction that stores the reports: after a crash nothing is read twice and nothing is lost. Only then is
/// the mail server told; what it has not heard of is told again.
package actor BounceMailbox {
    /// What one batch may take.
    struct Limits: Sendable {
        /// Mails of a batch.
        var mails = 50
        /// Octets of a mail that are looked at: reports stand at the beginning.
        var octets = 1 << 20
        /// Numbers that are looked through at once.
        var window: UInt32 = 5_000
        /// After so long, a batch is closed.
        var duration: Duration = .seconds(10)
    }

    /// Failures in a row at the same mail after which it is passed over.
    private static let patience = 5
    private static let lease: TimeInterval = 180
    private static let longestPause: TimeInterval = 900

    private let id: String
    private let imap: IMAPClient
    private let repository: BounceMailboxRepository
    private let reader: BounceMailReader
    private let settings: BounceMailboxSettings
    private let limits: Limits
    private let time: any TimeSource
    private let logger: Logger
    private let me = UUID()
    private var failures = 0
    private var nextTry: Date?
    private var failingMail: (uid: UInt32, times: Int) = (0, 0)

    /// - Parameters:
    ///   - returnPath: by which bounces name their message; nil when none are made.
    ///   - verifier: of the unsubscribe links in what comes back.
    package init(
        _ settings: BounceMailboxSettings,
        database: PostgresClient,
        returnPath: ReturnPath?,
        verifier: LinkTokenVerifier,
        time: any TimeSource,
        logger: Logger
    ) {
        self.init(settings, database: database, returnPath: returnPath, verifier: verifier, limits: Limits(), time: time, logger: logger)
    }

    init(
        _ settings: BounceMailboxSettings,
        database: PostgresClient,
        returnPath: ReturnPath?,
        verifier: LinkTokenVerifier,
        limits: Limits,
        time: any TimeSource,
        logger: Logger
    ) {
        id = "\(settings.user)@\(settings.host):\(settings.port)/\(settings.folder)"
        imap = IMAPClient(IMAPConfiguration(settings))
        repository = BounceMailboxRepository(client: database)
        reader = BounceMailReader(finder: BounceSubjectFinder(returnPath: returnPath, verifier: verifier))
        self.settings = settings
        self.limits = limits
        self.time = time
        self.logger = logger
    }

    /// Reads a batch.
    ///
    /// A mailbox that cannot be read is left alone for a while, longer each time: mail servers shut out who knocks too often.
    ///
    /// - Returns: true when there is more to read at once.
    /// - Throws: when the database is away.
    package func step() async throws -> Bool {
        let now = time.now
        if let nextTry, now < nextTry { return false }
        guard let position = try await repository.claim(id, reader: me, until: now.addingTimeInterval(Self.lease), now: now) else {
            return false
        }
        do {
            let hasMore = try await read(from: position)
            failures = 0
            nextTry = nil
            try await repository.release(id, reader: me, error: nil, now: time.now)
            return hasMore
        } catch let error as IMAPError where error.code != .cancelled {
            failures += 1
            nextTry = now.addingTimeInterval(min(Self.longestPause, 15 * Double(1 << min(failures, 10))))
            Counter(label: "comm_bounce_mailbox_failures_total", dimensions: [("reason", error.code.rawValue)]).increment()
            logger.warning("The bounce mailbox cannot be read", metadata: ["error": "\(error)", "failures": "\(failures)"])
            try await repository.release(id, reader: me, error: error.description, now: time.now)
            return false
        }
    }

    /// Ends the connection.
    package func close() async {
        await imap.close()
    }

    private func read(from position: BounceMailboxRepository.Position) async throws -> Bool {
        let folder = try await imap.examine()
        var start = position
        if start.uidValidity != folder.uidValidity {
            // The server has numbered anew: everything is read again, and what is known already changes nothing.
            if start.uidValidity != nil { logger.notice("The bounce mailbox has new numbers; it is read from its beginning") }
            start = BounceMailboxRepository.Position(uidValidity: folder.uidValidity, lastUID: 0)
        } else if let unsettled = start.unsettled {
            try await settle(unsettled, of: folder)
        }
        guard start.lastUID < UInt32.max, folder.uidNext.map({ start.lastUID + 1 < $0 }) ?? (folder.messages > 0) else { return false }
        let end = window(after: start.lastUID, folder)
        let waiting = try await imap.messages(in: (start.lastUID + 1)...end, of: folder)
        let (batch, last) = try await fetch(waiting.prefix(limits.mails), of: folder)
        var next = start
        next.lastUID = last == waiting.last || waiting.isEmpty ? end : last
        // A server that does not say what comes next may still fill the window.
        if folder.uidNext == nil { next.lastUID = max(start.lastUID, last) }
        guard next.lastUID > start.lastUID else { return false }
        guard try await repository.store(batch, in: id, reader: me, from: position, to: next, now: time.now) else { return false }
        try await settle(batch.unsettled, of: folder)
        return folder.uidNext.map { next.lastUID + 1 < $0 } ?? (waiting.count > limits.mails)
    }

    private func window(after last: UInt32, _ folder: IMAPFolderState) -> UInt32 {
        let (sum, isOver) = last.addingReportingOverflow(limits.window)
        let end = isOver ? UInt32.max : sum
        return folder.uidNext.map { min(end, $0 - 1) } ?? end
    }

    /// Reads mails one after the other, until time is up.
    private func fetch(
        _ mails: ArraySlice<UInt32>,
        of folder: IMAPFolderState
    ) async throws -> (batch: BounceMailboxRepository.Batch, last: UInt32) {
        var batch = BounceMailboxRepository.Batch()
        var last: UInt32 = 0
        let clock = ContinuousClock()
        let deadline = clock.now + limits.duration
        for uid in mails {
            if last > 0, clock.now >= deadline { break }
            do {
                if let octets = try await imap.fetch(uid, of: folder, limit: limits.octets) { add(octets, uid, to: &batch) }
            } catch let error as IMAPError where [.unreadable, .tooLong, .refused].contains(error.code) || isHopeless(uid, error) {
                keep(uid, fingerprint: "\(folder.uidValidity):\(uid)", subject: "", reason: "cannot be fetched", in: &batch)
            }
            last = uid
        }
        return (batch, last)
    }

    /// Whether the connection broke at this mail again and again.
    private func isHopeless(_ uid: UInt32, _ error: IMAPError) -> Bool {
        guard error.code == .unreachable else { return false }
        failingMail = failingMail.uid == uid ? (uid, failingMail.times + 1) : (uid, 1)
        return failingMail.times >= Self.patience
    }

    private func add(_ octets: [UInt8], _ uid: UInt32, to batch: inout BounceMailboxRepository.Batch) {
        let reading = reader.read(octets, now: time.now)
        Counter(label: "comm_bounce_mails_total", dimensions: [("kind", reading.kind)]).increment()
        switch reading {
        case .report(let report):
            batch.reports.append(report)
            batch.unsettled.read.append(uid)
        case .automaticReply: batch.unsettled.read.append(uid)
        case .kept(let reason):
            let subject = (try? InboundMail(octets))?.headers["Subject"] ?? ""
            keep(uid, fingerprint: BounceMailReader.fingerprint(of: octets), subject: subject, reason: reason, in: &batch)
        }
    }

    private func keep(
        _ uid: UInt32,
        fingerprint: String,
        subject: String,
        reason: String,
        in batch: inout BounceMailboxRepository.Batch
    ) {
        struct Description: Encodable {
            let folder: String
            let uid: UInt32
            let subject: String
        }
        let shown = Description(folder: settings.folder, uid: uid, subject: ProviderText.clean(subject))
        let json = (try? JSONEncoder().encode(shown)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        let name = Base32.decode(fingerprint) == nil ? BounceMailReader.fingerprint(of: Array(fingerprint.utf8)) : fingerprint
        batch.kept.append(BounceMailboxRepository.KeptMail(fingerprint: name, reason: ProviderText.clean(reason), description: json))
        batch.unsettled.kept.append(uid)
    }

    /// Tells the server what becomes of mails that were read.
    private func settle(_ mails: BounceMailboxRepository.Unsettled, of folder: IMAPFolderState) async throws {
        switch settings.treatment {
        case .keep: break
        case .seen: try await imap.markSeen(mails.read, of: folder)
        case .move: try await imap.move(mails.read, to: settings.readFolder, of: folder)
        case .delete: try await imap.delete(mails.read, of: folder)
        }
        if let review = settings.reviewFolder { try await imap.move(mails.kept, to: review, of: folder) }
        try await repository.settled(id, reader: me)
    }
}

extension IMAPConfiguration {
    /// The client's configuration for a mailbox.
    init(_ settings: BounceMailboxSettings) {
        let security: Security =
            switch settings.security {
            case .tls: .tls
            case .starttls: .starttls
            case .none: .none
            }
        self.init(
            host: settings.host,
            port: settings.port,
            security: security,
            user: settings.user,
            password: settings.password.reveal()
        )
        folder = settings.folder
        trustedCertificates = settings.trustedCertificates
        commandTimeout = .seconds(30)
    }
}
