import Foundation
import Logging
import Postgres

/// Erases the persons for whom that was asked, some rows at a time, and writes the certificate.
///
/// Every step can be repeated, so an erasure that was interrupted begins again and ends the same.
package struct ErasureWorker: Sendable {
    /// In the audit log and in the history of suppressions.
    private static let actor = "comm-stats:erasure"
    private static let batch = 2_000
    private static let lease: TimeInterval = 600
    private static let longestPause: TimeInterval = 3_600

    private let client: PostgresClient
    private let time: any TimeSource
    private let logger: Logger

    package init(client: PostgresClient, time: any TimeSource, logger: Logger) {
        self.client = client
        self.time = time
        self.logger = logger
    }

    /// Does one erasure that is due.
    ///
    /// - Returns: false when none is.
    package func run() async throws -> Bool {
        guard let job = try await claim() else { return false }
        do {
            var counts: [String: Int] = [:]
            for step in ErasureStep.all { counts[step.name] = try await take(step, job.person) }
            try await finish(job, counts: counts)
        } catch let error as PostgresError where error.code != .cancelled {
            logger.error("an erasure failed and will be tried again", metadata: ["erasure": "\(job.id)", "error": "\(error)"])
            try await postpone(job, because: "\(error.code)")
        }
        return true
    }

    private struct Job: Sendable {
        let id: UUID
        let mark: String
        let attempts: Int
        let person: KnownPerson
    }

    /// Takes the next job; the contact's id is noted, for later attempts may find the contact gone.
    private func claim() async throws -> Job? {
        let now = time.now
        let rows = try await client.query(
            """
            UPDATE erasures e
            SET state = 'running', attempts = e.attempts + 1, due_at = \(now.addingTimeInterval(Self.lease)),
                contact_id = coalesce(e.contact_id, (SELECT c.id FROM contacts c
                                                      WHERE c.tenant_id = e.tenant_id AND c.email_norm = e.email AND e.channel = 'email'))
            FROM (SELECT tenant_id, id FROM erasures WHERE state <> 'done' AND due_at <= \(now)
                  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) next
            WHERE e.tenant_id = next.tenant_id AND e.id = next.id
            RETURNING e.tenant_id, e.id, e.email, e.channel, coalesce(e.others, '{}') AS others, e.mark, e.contact_id, e.attempts
            """
        )
        guard let row = rows.first else { return nil }
        let subject = ChannelAddress(try row.get("email"), channel: try row.get("channel"))
        let others: [String] = try row.get("others")
        let person = KnownPerson(
            tenantID: try row.get("tenant_id"),
            addresses: [subject].compactMap(\.self) + others.compactMap(ChannelAddress.init(ofAnyChannel:)),
            contactID: try row.get("contact_id")
        )
        return Job(id: try row.get("id"), mark: try row.get("mark"), attempts: try row.get("attempts"), person: person)
    }

    /// Repeats a step until it finds nothing more; each batch is a transaction of its own.
    private func take(_ step: ErasureStep, _ person: KnownPerson) async throws -> Int {
        var total = 0
        var touched = Self.batch
        while touched >= Self.batch {
            touched = try await client.withTransaction { connection in
                try await connection.execute(
                    "SELECT set_config('app.suppression_end', 'erased', true), set_config('statement_timeout', '0', true)"
                )
                // No entry for single rows: it would say again what is being forgotten.
                try await AuditRepository.silence(on: connection)
                try await TransactionActor.set(Self.actor, on: connection)
                return try await connection.execute(step.statement(person, Self.batch))
            }
            total += touched
        }
        return total
    }

    /// The logs last: until here they could still say what is being erased.
    private func finish(_ job: Job, counts: [String: Int]) async throws {
        let now = time.now
        try await client.withTransaction { connection in
            try await connection.execute("SELECT set_config('statement_timeout', '0', true)")
            var counts = counts
            for key in job.person.keys {
                let logs = try await connection.query(
                    """
                    SELECT l.* FROM erasure_keys k,
                           comm_erase_from_logs(\(job.person.tenantID), \(key), \(job.person.contactID),
                                                comm_address_mark(\(key)::text, k.inner_pad, k.outer_pad)) l
                     WHERE k.tenant_id = \(job.person.tenantID)
                    """
                )
                counts["audit_entries", default: 0] += try logs.one { try $0.get("audited") }
                counts["suppression_history", default: 0] += try logs.one { try $0.get("history") }
            }
            try await connection.execute(
                """
                UPDATE erasures SET state = 'done', email = NULL, others = NULL, contact_id = NULL, finished_at = \(now), last_error = NULL,
                       erased = \(try PostgresJSON(encoding: counts))
                WHERE tenant_id = \(job.person.tenantID) AND id = \(job.id)
                """
            )
            try await TransactionActor.set(Self.actor, on: connection)
            let note = AuditNote(eventType: "gdpr_erase", action: "erased", resourceType: "erasure", resourceID: job.id)
            try await AuditRepository.record(note, tenantID: job.person.tenantID, on: connection)
        }
    }

    private func postpone(_ job: Job, because error: String) async throws {
        let pause = min(Self.longestPause, 10 * pow(2, Double(min(job.attempts, 12))))
        try await client.execute(
            """
            UPDATE erasures SET due_at = \(time.now.addingTimeInterval(pause)), last_error = \(error)
            WHERE tenant_id = \(job.person.tenantID) AND id = \(job.id)
            """
        )
    }
}
