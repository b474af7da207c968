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

    /// Unsubscribes, from everything of the tenant unless told otherwise; idempotent.
    ///
    /// - Parameter source: `link`, `one_click`, `api`, `preferences`.
    package func unsubscribe(_ subject: Subject, scope: SubscriptionScope = .all, source: String) async throws -> Outcome {
        try await change(subject, to: .unsubscribed, scope: scope, source: source)
    }

    /// Takes an unsubscribe back; refused for addresses that complained or bounced.
    package func resubscribe(_ subject: Subject, scope: SubscriptionScope = .all, source: String) async throws -> Outcome {
        try await change(subject, to: .resubscribed, scope: scope, source: source)
    }

    /// The lists of the campaign on which the person is or was.
    package func campaignLists(of subject: Subject) async throws -> [UUID] {
        let rows = try await client.query(
            """
            SELECT m.list_id FROM list_contacts m
            JOIN campaign_lists k ON k.tenant_id = m.tenant_id AND k.list_id = m.list_id AND k.campaign_id = \(subject.campaignID)
            WHERE m.tenant_id = \(subject.tenantID) AND m.contact_id = \(subject.contactID)
            """,
            tenant: subject.tenantID
        )
        return try rows.map { try $0.get("list_id") }
    }

    private struct State: Sendable {
        let email: String
        let status: String
        /// For good.
        let isSuppressed: Bool
        /// For good, and by what the person did or what came back from the address.
        let isSuppressedByFact: Bool
        let pausedUntil: Date?
        /// Of the lists that the call is about: on how many it is, and how many it has left.
        let activeLists: Int
        let leftLists: Int

        /// Whether nothing would change.
        func isAlready(_ type: EventType, _ scope: SubscriptionScope) -> Bool {
            switch (scope, type) {
            // An entry that somebody made by hand goes with that hand: the person's own wish is kept beside it.
            case (.all, .unsubscribed): status == "unsubscribed" && isSuppressedByFact
            case (.all, _): status == "active" && !isSuppressed
            case (.lists, .unsubscribed): activeLists == 0
            case (.lists, _): leftLists == 0
            case (.pause(let until), .unsubscribed): isSuppressed || pausedUntil.map { abs($0.timeIntervalSince(until)) < 60 } ?? false
            case (.pause, _): pausedUntil == nil
            }
        }
    }

    private func change(_ subject: Subject, to type: EventType, scope: SubscriptionScope, source: String) async throws -> Outcome {
        try await client.withTenant(subject.tenantID) { connection in
            let now = time.now
            guard let state = try await Self.lock(subject, scope, now: now, on: connection) else { return .contactNotFound }
            if state.isAlready(type, scope) { return .done(email: state.email, changed: false) }
            if type == .resubscribed, ["complained", "bounced"].contains(state.status) { return .refused(email: state.email) }
            let event = Event(
                type: type,
                tenantID: subject.tenantID,
                campaignID: subject.campaignID,
                contactID: subject.contactID,
                messageID: subject.messageID,
                source: source,
                occurredAt: now,
                discriminator: UUIDv7.make(at: now).uuidString,
                payload: try scope.payload(),
                scope: scope
            )
            try await recorder.record([event], on: connection, now: now)
            return .done(email: state.email, changed: true)
        }
    }

    /// Locks the contact, so that two clicks at once make one event; looks for the rest only then, in a statement that sees what was
    /// committed while this one waited.
    private static func lock(
        _ subject: Subject,
        _ scope: SubscriptionScope,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> State? {
        let rows = try await connection.query(
            """
            SELECT email, email_norm, status FROM contacts
            WHERE tenant_id = \(subject.tenantID) AND id = \(subject.contactID)
            FOR UPDATE
            """
        )
        guard let row = rows.first else { return nil }
        var lists: [UUID] = []
        if case .lists(let ids) = scope { lists = ids }
        let found = try await connection.query(
            """
            SELECT coalesce(bool_or(s.expires_at IS NULL), false) AS suppressed,
                   coalesce(bool_or(s.expires_at IS NULL AND s.reason IN ('unsubscribe', 'complaint', 'bounce')), false) AS by_fact,
                   max(s.expires_at) FILTER (WHERE s.reason = 'pause' AND s.expires_at > \(now)) AS paused_until
            FROM suppressions s
            WHERE s.tenant_id = \(subject.tenantID) AND s.email_norm = \(try row.get("email_norm") as String)
              AND s.scope IN ('all', 'marketing')
            """
        )
        let memberships = try await connection.query(
            """
            SELECT count(*) FILTER (WHERE m.status = 'active' AND x.reason IS NULL) AS active_lists,
                   count(*) FILTER (WHERE m.status = 'unsubscribed' OR x.reason = 'unsubscribe') AS left_lists
            FROM list_contacts m
            LEFT JOIN suppressions x ON x.tenant_id = m.tenant_id AND x.email_norm = \(try row.get("email_norm") as String)
                AND x.scope = 'list' AND x.list_id = m.list_id AND (x.expires_at IS NULL OR x.expires_at > \(now))
            WHERE m.tenant_id = \(subject.tenantID) AND m.contact_id = \(subject.contactID) AND m.list_id = ANY(\(lists)::uuid[])
            """
        )
        guard let state = found.first, let counts = memberships.first else { return nil }
        return State(
            email: try row.get("email"),
            status: try row.get("status"),
            isSuppressed: try state.get("suppressed"),
            isSuppressedByFact: try state.get("by_fact"),
            pausedUntil: try state.get("paused_until"),
            activeLists: try counts.get("active_lists"),
            leftLists: try counts.get("left_lists")
        )
    }
}
