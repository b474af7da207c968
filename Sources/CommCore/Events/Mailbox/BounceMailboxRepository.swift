import FoundationEssentials
import Postgres

/// SQL of the positions in bounce mailboxes.
struct BounceMailboxRepository: Sendable {
    /// How far a mailbox was read.
    struct Position: Sendable, Equatable {
        var uidValidity: UInt32?
        var lastUID: UInt32
        var unsettled: Unsettled?
    }

    /// Mails that were read, and of which the server does not know it yet.
    struct Unsettled: Codable, Sendable, Equatable {
        /// What they report is stored.
        var read: [UInt32] = []
        /// They were not understood.
        var kept: [UInt32] = []

        var isEmpty: Bool { read.isEmpty && kept.isEmpty }
    }

    /// What one reading brings.
    struct Batch: Sendable {
        var reports: [BounceReport] = []
        var kept: [KeptMail] = []
        var unsettled = Unsettled()
    }

    /// A mail that was not understood, as it is shown.
    struct KeptMail: Sendable {
        let fingerprint: String
        let reason: String
        let description: String
    }

    private let client: PostgresClient

    init(client: PostgresClient) {
        self.client = client
    }

    /// Takes a mailbox for a while.
    ///
    /// - Returns: nil when somebody else reads it.
    func claim(_ id: String, reader: UUID, until: Date, now: Date) async throws -> Position? {
        try await client.query(
            """
            INSERT INTO bounce_mailboxes AS b (id, reader, leased_until) VALUES (\(id), \(reader), \(until))
            ON CONFLICT (id) DO UPDATE SET reader = excluded.reader, leased_until = excluded.leased_until
                WHERE b.reader IS NULL OR b.reader = excluded.reader OR b.leased_until <= \(now)
            RETURNING uid_validity, last_uid, unsettled
            """
        ).first.map { row in
            let unsettled: PostgresJSON? = try row.get("unsettled")
            return Position(
                uidValidity: (try row.get("uid_validity") as Int?).flatMap(UInt32.init(exactly:)),
                lastUID: UInt32(exactly: try row.get("last_uid") as Int) ?? 0,
                unsettled: try unsettled?.decode()
            )
        }
    }

    /// Stores what was read and moves the position, both or neither.
    ///
    /// - Returns: false when somebody else has moved it meanwhile; nothing is stored then.
    func store(
        _ batch: Batch,
        in id: String,
        reader: UUID,
        from old: Position,
        to new: Position,
        now: Date
    ) async throws -> Bool {
        try await client.withTransaction { connection in
            let unsettled = batch.unsettled.isEmpty ? nil : try PostgresJSON(encoding: batch.unsettled)
            let moved = try await connection.execute(
                """
                UPDATE bounce_mailboxes
                SET uid_validity = \(new.uidValidity.map(Int.init))::bigint, last_uid = \(Int(new.lastUID)), unsettled = \(unsettled),
                    mails = mails + \(batch.unsettled.read.count + batch.unsettled.kept.count), kept = kept + \(batch.unsettled.kept.count)
                WHERE id = \(id) AND reader = \(reader) AND last_uid = \(Int(old.lastUID))
                  AND uid_validity IS NOT DISTINCT FROM \(old.uidValidity.map(Int.init))::bigint
                """
            )
            guard moved == 1 else { return false }
            if !batch.reports.isEmpty {
                let rows = try batch.reports.map { report in
                    InboxRepository.NewRow(
                        id: Self.id(of: report.fingerprint),
                        source: BounceMailSource.name,
                        payload: try report.json(),
                        receivedAt: now
                    )
                }
                try await InboxRepository.insert(rows, on: connection)
            }
            try await keep(batch.kept, now: now, on: connection)
            return true
        }
    }

    private func keep(_ mails: [KeptMail], now: Date, on connection: PostgresConnection) async throws {
        guard !mails.isEmpty else { return }
        try await connection.execute(
            """
            INSERT INTO provider_reports (id, source, type, payload, received_at)
            SELECT unnest(\(mails.map { Self.id(of: $0.fingerprint) })::uuid[]), \(BounceMailSource.name),
                   unnest(\(mails.map(\.reason))::text[]), unnest(\(mails.map(\.description))::text[])::jsonb, \(now)
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// The same mail has the same id.
    private static func id(of fingerprint: String) -> UUID {
        OrderedUUID(Base32.decode(fingerprint) ?? []).id
    }

    /// The server knows by now.
    func settled(_ id: String, reader: UUID) async throws {
        try await client.execute("UPDATE bounce_mailboxes SET unsettled = NULL WHERE id = \(id) AND reader = \(reader)")
    }

    /// Notes that reading worked, or why it did not, and lets others have the mailbox.
    func release(_ id: String, reader: UUID, error: String?, now: Date) async throws {
        try await client.execute(
            """
            UPDATE bounce_mailboxes
            SET reader = NULL, leased_until = NULL, last_error = \(error),
                read_at = CASE WHEN \(error)::text IS NULL THEN \(now)::timestamptz ELSE read_at END,
                failed_since = CASE WHEN \(error)::text IS NULL THEN NULL ELSE coalesce(failed_since, \(now)::timestamptz) END
            WHERE id = \(id) AND (reader = \(reader) OR reader IS NULL)
            """
        )
    }
}
