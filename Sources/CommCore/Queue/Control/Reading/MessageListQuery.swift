import FoundationEssentials
import Postgres

/// The SQL of a window of messages, in their order, from the queue and the delivery log.
struct MessageListQuery: Sendable {
    let tenantID: UUID
    let filter: MessageFilter
    let after: MessageCursor?
    /// How many messages are looked at.
    let window: Int
    /// What the contact of the filter can be reached by.
    var addresses: [String]?

    /// - Returns: nil when nothing can match; beside the statement the request from which the next window begins, where there may be more
    ///   requests than were looked at.
    func page(on connection: PostgresConnection) async throws -> (statement: SQL, next: UUID?)? {
        if let campaignID = filter.campaignID {
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            guard let startedAt = campaign.startedAt else { return nil }
            return (merged(ofCampaign: campaignID, SequenceIDs.range(startedAt: startedAt)), nil)
        }
        guard filter.namesRequests else { return (merged(requests: nil), nil) }
        let requests = try await connection.query(requestsNamed).map { try $0.get("id") as UUID }
        guard let last = requests.last else { return nil }
        return (merged(requests: requests), requests.count == window ? last : nil)
    }

    // MARK: Of requests

    /// The requests that said what is asked for, newest first; each has a message at least.
    private var requestsNamed: SQL {
        var parts: [SQL] = ["r.tenant_id = \(tenantID)"]
        if let type = filter.sourceType { parts.append("r.source_type = \(type)") }
        if let id = filter.sourceID { parts.append("r.source_id = \(id)") }
        parts += bounds("r.id")
        if let after { parts.append("r.id <= \(after.origin)") }
        guard let tag = filter.tag else {
            return "SELECT r.id FROM message_requests r WHERE \(sql: .joined(parts, separator: " AND ")) ORDER BY r.id DESC LIMIT \(window)"
        }
        return """
            SELECT r.id FROM message_request_tags g
              JOIN message_requests r ON r.tenant_id = g.tenant_id AND r.id = g.request_id
             WHERE g.tenant_id = \(tenantID) AND g.tag = \(tag) AND \(sql: .joined(parts, separator: " AND "))
             ORDER BY g.request_id DESC LIMIT \(window)
            """
    }

    private func merged(requests: [UUID]?) -> SQL {
        var sources: [SQL] = []
        if readsLog { sources.append(source(MessageFactsSQL.logged, "delivery_events d", alias: "d", loggedConditions, requests)) }
        if readsQueue {
            // Each lane is a table of its own, in the order of its key.
            for priority in Priority.allCases {
                sources.append(
                    source(
                        MessageFactsSQL.live,
                        "message_queue q",
                        alias: "q",
                        ["q.priority = \(raw: String(priority.rawValue))"] + recipient("q"),
                        requests
                    )
                )
            }
        }
        if readsFallbacks {
            sources.append(
                source(
                    MessageFactsSQL.waiting,
                    "message_fallbacks f",
                    alias: "f",
                    ["f.used_at IS NULL"] + recipient("f"),
                    requests
                )
            )
        }
        return union(sources, order: "request_id DESC, id DESC")
    }

    private func source(_ columns: SQL, _ table: SQL, alias: String, _ conditions: [SQL], _ requests: [UUID]?) -> SQL {
        var parts: [SQL] = ["\(raw: alias).tenant_id = \(tenantID) AND \(raw: alias).request_id IS NOT NULL"] + conditions
        parts += bounds("\(raw: alias).request_id")
        if let id = filter.requestID { parts.append("\(raw: alias).request_id = \(id)") }
        if let after { parts.append("(\(raw: alias).request_id, \(raw: alias).id) < (\(after.origin), \(after.id))") }
        guard let requests else {
            return """
                SELECT \(sql: columns) FROM \(sql: table) WHERE \(sql: .joined(parts, separator: " AND "))
                 ORDER BY \(raw: alias).request_id DESC, \(raw: alias).id DESC LIMIT \(window)
                """
        }
        return """
            SELECT m.* FROM unnest(\(requests)::uuid[]) AS named(id)
             CROSS JOIN LATERAL (SELECT \(sql: columns) FROM \(sql: table)
                                  WHERE \(sql: .joined(parts, separator: " AND ")) AND \(raw: alias).request_id = named.id
                                  ORDER BY \(raw: alias).id DESC LIMIT \(window)) m
             ORDER BY m.request_id DESC, m.id DESC LIMIT \(window)
            """
    }

    private var loggedConditions: [SQL] {
        var parts = outcomes + recipient("d")
        if let from = filter.from { parts.append("d.created_at >= \(from)") }
        return parts
    }

    /// As it was written, or as contacts have it.
    private func recipient(_ alias: String) -> [SQL] {
        let spellings = filter.recipient.map { Array(Set([$0, (try? EmailAddress($0))?.normalized ?? $0])) }
        return [spellings, addresses].compactMap(\.self).map { "\(raw: alias).recipient = ANY(\($0)::text[])" }
    }

    /// The ids of requests that were made in the period.
    private func bounds(_ column: SQL) -> [SQL] {
        var parts: [SQL] = []
        if let from = filter.from { parts.append("\(sql: column) >= \(UUIDv7.bounds(of: from).first)") }
        if let to = filter.to { parts.append("\(sql: column) < \(UUIDv7.bounds(of: to).first)") }
        return parts
    }

    // MARK: Of a campaign

    private func merged(ofCampaign campaignID: UUID, _ range: (first: UUID, last: UUID)) -> SQL {
        func condition(_ alias: String) -> [SQL] {
            var parts: [SQL] = [
                """
                \(raw: alias).tenant_id = \(tenantID) AND \(raw: alias).campaign_id = \(campaignID)
                AND \(raw: alias).id >= \(range.first) AND \(raw: alias).id <= \(range.last) AND NOT \(raw: alias).is_test
                """
            ]
            if let after { parts.append("\(raw: alias).id < \(after.id)") }
            return parts + recipient(alias)
        }
        var sources: [SQL] = []
        if readsLog {
            let parts =
                condition("d") + outcomes + [
                    "d.created_at BETWEEN \(UUIDv7.time(of: range.first)) AND \(UUIDv7.time(of: range.last))"
                ]
            sources.append(
                """
                SELECT \(sql: MessageFactsSQL.logged) FROM delivery_events d WHERE \(sql: .joined(parts, separator: " AND "))
                 ORDER BY d.id DESC LIMIT \(window)
                """
            )
        }
        if readsQueue {
            let parts = condition("q") + ["q.priority = \(Priority.campaign.rawValue)"]
            sources.append(
                """
                SELECT \(sql: MessageFactsSQL.live) FROM message_queue q WHERE \(sql: .joined(parts, separator: " AND "))
                 ORDER BY q.id DESC LIMIT \(window)
                """
            )
        }
        return union(sources, order: "id DESC")
    }

    // MARK: Of both

    /// What waits for another message to fail, or was taken back while it did.
    private var readsFallbacks: Bool {
        !filter.isDeadLetter && (filter.states.isEmpty || !filter.states.isDisjoint(with: [.waiting, .cancelled]))
    }
    private var readsLog: Bool { filter.states.isEmpty || filter.states.contains { !$0.isLive } }
    private var readsQueue: Bool { !filter.isDeadLetter && (filter.states.isEmpty || filter.states.contains(where: \.isLive)) }

    /// What was not simply sent is in indexes of its own.
    private var outcomes: [SQL] {
        guard filter.isUnsentOnly else { return [] }
        return filter.isDeadLetter ? ["d.outcome <> 'sent' AND d.outcome IN ('failed', 'unknown')"] : ["d.outcome <> 'sent'"]
    }

    private func union(_ sources: [SQL], order: SQL) -> SQL {
        """
        SELECT * FROM (\(sql: .joined(sources.map { "(\(sql: $0))" }, separator: " UNION ALL "))) u
        ORDER BY \(sql: order) LIMIT \(window)
        """
    }
}
