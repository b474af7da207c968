import FoundationEssentials
import Postgres

/// Unsubscribing and undoing it, recorded and in force when the call returns.
package struct SubscriptionService: Sendable {
    /// Whose subscription, and by which mail.
    package struct Subject: Sendable {
        package let tenantID: UUID
        package let contactID: UUID
        package let campaignID: UUID?
        package let messageID: UUID?

        package init(tenantID: UUID, contactID: UUID, campaignID: UUID? = nil, messageID: UUID? = nil) {
            self.tenantID = tenantID
            self.contactID = contactID
            self.campaignID = campaignID
            self.messageID = messageID
        }
    }

    /// What a call found or made.
    package enum Outcome: Sendable, Equatable {
        /// It is so now; `changed` is false when it had been so before.
        case done(email: String, changed: Bool)
        /// The address complained or bounced: it cannot be subscribed again by this way.
        case refused(email: String)
        case contactNotFound
    }

    private let client: PostgresClient
    private let time: any TimeSource
    private let recorder = EventRecorder()

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// The address and whether it is unsubscribed, without changing anything; nil when there is no such contact.
    package func status(of subject: Subject) async throws -> (email: String, isUnsubscribed: Bool)? {
        let rows = try await client.query(
            """
            SELECT email, status IN ('unsubscribed', 'complained') AS gone FROM contacts
            WHERE tenant_id = \(subject.tenantID) AND id = \(subject.contactID) AND deleted_at IS NULL
            """,
            tenant: subject.tenantID
        )
        guard let row = rows.first else { return nil }
        return (try row.get("email"), try row.get("gone"))
    }

    /// Unsubscribes from everything of the tenant; idempotent.
    ///
    /// - Parameter source: `link`, `one_click`, `api`.
    package func unsubscribe(_ subject: Subject, source: String) async throws -> Outcome {
        try await change(subject, to: .unsubscribed, source: source) { $0.status == "unsubscribed" && $0.isSuppressed }
    }

    /// Takes an unsubscribe back; refused for addresses that complained or bounced.
    package func resubscribe(_ subject: Subject, source: String) async throws -> Outcome {
        try await change(subject, to: .resubscribed, source: source) { $0.status == "active" && !$0.isSuppressed }
    }

    private struct State: Sendable {
        let email: String
        let status: String
        let isSuppressed: Bool
    }

    private func change(
        _ subject: Subject,
        to type: EventType,
        source: String,
        unless isDone: @Sendable (State) -> Bool
    ) async throws -> Outcome {
        try await client.withTenant(subject.tenantID) { connection in
            guard let state = try await Self.lock(subject, on: connection) else { return .contactNotFound }
            if isDone(state) { return .done(email: state.email, changed: false) }
            if type == .resubscribed, ["complained", "bounced"].contains(state.status) { return .refused(email: state.email) }
            let now = time.now
            let event = Event(
                type: type,
                tenantID: subject.tenantID,
                campaignID: subject.campaignID,
                contactID: subject.contactID,
                messageID: subject.messageID,
                source: source,
                occurredAt: now,
                discriminator: UUIDv7.make(at: now).uuidString
            )
            try await recorder.record([event], on: connection, now: now)
            return .done(email: state.email, changed: true)
        }
    }

    /// Locks the contact, so that two clicks at once make one event; looks for the suppression only then, in a statement that sees
    /// what was committed while this one waited.
    private static func lock(_ subject: Subject, on connection: PostgresConnection) async throws -> State? {
        let rows = try await connection.query(
            """
            SELECT email, email_norm, status FROM contacts
            WHERE tenant_id = \(subject.tenantID) AND id = \(subject.contactID)
            FOR UPDATE
            """
        )
        guard let row = rows.first else { return nil }
        let suppressions = try await connection.query(
            """
            SELECT FROM suppressions
            WHERE tenant_id = \(subject.tenantID) AND email_norm = \(try row.get("email_norm") as String) AND scope = 'all'
              AND expires_at IS NULL
            """
        )
        return State(email: try row.get("email"), status: try row.get("status"), isSuppressed: !suppressions.isEmpty)
    }
}
