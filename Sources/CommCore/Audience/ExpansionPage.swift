import FoundationEssentials
import Postgres

/// SQL of one page of an expansion: its messages, its chunks, and the place where the next page begins.
struct ExpansionPage: Sendable {
    /// Messages of the page that are due together, one behind the other.
    struct Group: Sendable {
        /// Nil: at once.
        let dueAt: Date?
        let count: Int
        /// The last contact of the whole page.
        let lastContact: UUID?
    }

    let key: ExpansionRepository.CampaignKey
    let state: ExpansionRepository.State
    let limit: Int
    let now: Date

    /// Makes the messages in one statement, numbered in the order of their contacts, or by due time first where there are several.
    func insertMessages(on connection: PostgresConnection) async throws -> [Group] {
        let timing = if let plan = state.localTime { try await Timing.local(plan, of: self, on: connection) } else { Timing.atOnce(now) }
        let rows = try await connection.query(
            """
            WITH members AS (\(sql: members)),
            numbered AS (
                SELECT m.contact_id, \(sql: timing.dueAt) AS due_at, \(sql: timing.ageFrom) AS age_from,
                       \(state.nextSequence)::bigint + row_number() OVER (ORDER BY \(sql: timing.order)) - 1 AS seq
                FROM members m \(sql: timing.joins)),
            inserted AS (
                INSERT INTO message_queue (tenant_id, priority, id, campaign_id, contact_id, recipient, artifact_id, merge_values,
                                           in_chunk, due_at, age_from)
                SELECT \(key.tenantID), \(Priority.campaign.rawValue), comm_message_id(\(state.milliseconds), n.seq),
                       \(key.campaignID), c.id, c.email, \(state.artifactID), \(sql: ExpansionRepository.mergeValues(state.fields)), true,
                       n.due_at, n.age_from
                FROM numbered n JOIN contacts c ON c.tenant_id = \(key.tenantID) AND c.id = n.contact_id
                ORDER BY n.seq
                RETURNING due_at)
            SELECT due_at, count(*) AS count, (SELECT contact_id FROM members ORDER BY contact_id DESC LIMIT 1) AS last_contact
            FROM inserted GROUP BY due_at ORDER BY due_at
            """
        )
        return try rows.map { row in
            let dueAt: Date = try row.get("due_at")
            return Group(
                dueAt: dueAt.timeIntervalSince(now) > 0.001 ? dueAt : nil,
                count: try row.get("count"),
                lastContact: try row.get("last_contact")
            )
        }
    }

    /// Each list gives its first members after the cursor that no excluded list holds; the first of their union are the page, each
    /// contact once.
    ///
    /// Each contact is looked up by its whole key: right after an import the planner knows nothing of the new rows, and a plan of its own
    /// choosing may compare each of them with each.
    private var members: SQL {
        let isExcluded: SQL =
            state.excludedListIDs.isEmpty
            ? ""
            : """
            AND NOT EXISTS (SELECT FROM list_contacts x WHERE x.tenant_id = lc.tenant_id AND x.contact_id = lc.contact_id
                             AND x.list_id = ANY(\(state.excludedListIDs)::uuid[]) AND x.status = 'active')
            """
        return """
            SELECT DISTINCT m.contact_id
            FROM lists l, LATERAL (
                SELECT lc.contact_id FROM list_contacts lc
                CROSS JOIN LATERAL (SELECT deleted_at FROM contacts WHERE tenant_id = lc.tenant_id AND id = lc.contact_id LIMIT 1) c
                WHERE lc.tenant_id = \(key.tenantID) AND lc.list_id = l.id AND lc.status = 'active' AND c.deleted_at IS NULL
                  AND lc.contact_id > \(state.cursor ?? Self.zero) \(sql: isExcluded)
                ORDER BY lc.contact_id LIMIT \(limit)) m
            WHERE l.tenant_id = \(key.tenantID) AND l.id = ANY(\(state.listIDs)::uuid[]) AND l.deleted_at IS NULL
            ORDER BY m.contact_id LIMIT \(limit)
            """
    }

    private static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// When the members `m` of a page are due.
    private struct Timing: Sendable {
        let dueAt: SQL
        let ageFrom: SQL
        let order: SQL
        let joins: SQL

        static func atOnce(_ now: Date) -> Timing {
            Timing(dueAt: "\(now)::timestamptz", ageFrom: "NULL::timestamptz", order: "m.contact_id", joins: "")
        }

        /// The zones of the page are few: their times are worked out here and joined to the members.
        static func local(_ plan: LocalTimePlan, of page: ExpansionPage, on connection: PostgresConnection) async throws -> Timing {
            let rows = try await connection.query(
                """
                WITH members AS (\(sql: page.members))
                SELECT DISTINCT \(sql: StartRepository.zone) AS zone FROM members m
                JOIN contacts c ON c.tenant_id = \(page.key.tenantID) AND c.id = m.contact_id
                """
            )
            let zones: [String?] = try rows.map { try $0.get("zone") }
            let due = zones.map { max(plan.due(zoneName: $0), page.now) }
            let dueAt: SQL = "coalesce(z.due_at, \(max(plan.due(zoneName: nil), page.now)))"
            return Timing(
                dueAt: dueAt,
                ageFrom: dueAt,
                order: "\(sql: dueAt), m.contact_id",
                joins: """
                    JOIN contacts c ON c.tenant_id = \(page.key.tenantID) AND c.id = m.contact_id
                    LEFT JOIN (SELECT unnest(\(zones)::text[]) AS zone, unnest(\(due)::timestamptz[]) AS due_at) z
                           ON z.zone IS NOT DISTINCT FROM \(sql: StartRepository.zone)
                    """
            )
        }
    }

    func insertChunks(_ chunks: [ChunkPlan.Piece], of groups: [Group], on connection: PostgresConnection) async throws {
        guard !chunks.isEmpty else { return }
        let numbers = chunks.indices.map { state.nextChunk + $0 }
        let first = chunks.map { lower($0.start) }
        let last = chunks.map { upper($0.start + $0.size - 1) }
        try await connection.execute(
            """
            INSERT INTO queue_chunks (tenant_id, campaign_id, priority, created_at, chunk_no, scope_no, first_id,
                                      last_id, size, due_at)
            SELECT \(key.tenantID), \(key.campaignID), \(Priority.campaign.rawValue), \(now), c.*
            FROM (SELECT unnest(\(numbers)::int[]), unnest(\(numbers)::int[]), unnest(\(first)::uuid[]),
                         unnest(\(last)::uuid[]), unnest(\(chunks.map(\.size))::int[]),
                         unnest(\(chunks.map { groups[$0.group].dueAt })::timestamptz[])) c
            """
        )
    }

    /// Moves the place where the next page begins, and notes which messages this one made.
    func advance(_ groups: [Group], chunks: Int, on connection: PostgresConnection) async throws {
        let count = groups.reduce(0) { $0 + $1.count }
        let lastContact = groups.first?.lastContact
        try await connection.execute(
            """
            UPDATE campaign_expansions
            SET last_contact = coalesce(\(lastContact), last_contact), next_seq = next_seq + \(count),
                next_chunk = next_chunk + \(chunks), finished_at = CASE WHEN \(count < limit) THEN \(now)::timestamptz END
            WHERE tenant_id = \(key.tenantID) AND campaign_id = \(key.campaignID)
            """
        )
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics SET planned = planned + \(count), updated_at = \(now)
            WHERE tenant_id = \(key.tenantID) AND campaign_id = \(key.campaignID)
            """
        )
        guard let lastContact else { return }
        try await connection.execute(
            """
            INSERT INTO campaign_expansion_pages (tenant_id, campaign_id, last_contact, first_id, last_id)
            VALUES (\(key.tenantID), \(key.campaignID), \(lastContact), \(lower(0)), \(upper(count - 1)))
            """
        )
    }

    /// Tells readers of the tenant's feed of its messages; the last thing of the transaction.
    func tell(_ groups: [Group], on connection: PostgresConnection) async throws {
        let count = groups.reduce(0) { $0 + $1.count }
        guard count > 0 else { return }
        let messages: SQL = """
            SELECT id, campaign_id, channel FROM message_queue
            WHERE tenant_id = \(key.tenantID) AND priority = \(Priority.campaign.rawValue) AND campaign_id = \(key.campaignID)
              AND id BETWEEN \(lower(0)) AND \(upper(count - 1))
            """
        try await EventFeed.append(.queued, of: messages, tenantID: key.tenantID, on: connection, now: now)
    }

    /// The smallest and the largest id that the message at a place of the page can have.
    private func lower(_ place: Int) -> UUID {
        SequenceIDs.lower(milliseconds: state.milliseconds, sequence: state.nextSequence + Int64(place))
    }

    private func upper(_ place: Int) -> UUID {
        SequenceIDs.upper(milliseconds: state.milliseconds, sequence: state.nextSequence + Int64(place))
    }
}
