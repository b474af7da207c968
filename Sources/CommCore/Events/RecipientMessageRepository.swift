import FoundationEssentials
import Postgres

/// Finds the messages that facts are about which name a recipient only: an answer to a text message, a registration that is gone.
///
/// Several tenants may send by the same number: each that has sent there is told.
enum RecipientMessageRepository {
    /// Messages to a recipient that are looked at, newest first.
    private static let most = 1_000

    /// For each fact in turn, the facts that it stands for: itself where it names a message, else one for each tenant's latest message.
    static func facts(from facts: [ReportedFact], on connection: PostgresConnection) async throws -> [[ReportedFact]] {
        let open = facts.indices.filter { facts[$0].addressee != nil }
        var result = facts.map { [$0] }
        guard !open.isEmpty else { return result }
        for index in open { result[index] = [] }
        let addressees = open.compactMap { facts[$0].addressee }
        let rows = try await connection.query(
            """
            SELECT DISTINCT ON (f.n, d.tenant_id) f.n, d.tenant_id, d.id
            FROM (SELECT unnest(\(open)::int[]) AS n, unnest(\(addressees.map(\.channel.rawValue))::text[]) AS channel,
                         unnest(\(addressees.map(\.recipient))::text[]) AS recipient) f
            CROSS JOIN LATERAL (SELECT tenant_id, id, created_at FROM delivery_events
                                WHERE md5(recipient) = md5(f.recipient) AND channel <> 'email' AND channel = f.channel
                                  AND recipient = f.recipient AND outcome IN ('sent', 'unknown') AND NOT is_test
                                ORDER BY created_at DESC LIMIT \(Self.most)) d
            ORDER BY f.n, d.tenant_id, d.created_at DESC, d.id DESC
            """
        )
        for row in rows {
            let index: Int = try row.get("n")
            var fact = facts[index]
            fact.tenantID = try row.get("tenant_id")
            fact.messageID = try row.get("id")
            result[index].append(fact)
        }
        return result
    }
}
