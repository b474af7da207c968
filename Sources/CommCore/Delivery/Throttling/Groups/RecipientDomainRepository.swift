import FoundationEssentials
import Postgres

/// SQL of the domains that were looked up, so that no sender asks for what another has learnt.
struct RecipientDomainRepository: Sendable {
    struct Entry: Sendable, Equatable {
        let domain: String
        let group: String
        let exchanger: String?
        let expiresAt: Date
    }

    let client: PostgresClient

    /// Those of the domains that are known and not too old.
    func known(_ domains: [String], now: Date) async throws -> [Entry] {
        try await client.query(
            """
            SELECT domain, domain_group, exchanger, expires_at FROM recipient_domains WHERE domain = ANY(\(domains)) AND expires_at > \(now)
            """
        ).map {
            Entry(
                domain: try $0.get("domain"),
                group: try $0.get("domain_group"),
                exchanger: try $0.get("exchanger"),
                expiresAt: try $0.get("expires_at")
            )
        }
    }

    func store(_ entries: [Entry], now: Date) async throws {
        try await client.execute(
            """
            INSERT INTO recipient_domains (domain, domain_group, exchanger, checked_at, expires_at)
            SELECT d, g, x, \(now), e
            FROM unnest(\(entries.map(\.domain))::text[], \(entries.map(\.group))::text[], \(entries.map(\.exchanger))::text[],
                        \(entries.map(\.expiresAt))::timestamptz[]) AS given (d, g, x, e)
            ORDER BY d
            ON CONFLICT (domain) DO UPDATE
            SET domain_group = excluded.domain_group, exchanger = excluded.exchanger, checked_at = excluded.checked_at,
                expires_at = excluded.expires_at
            """
        )
    }

    /// Forgets what nobody has asked for lately.
    ///
    /// - Returns: how many were forgotten.
    func purge(before: Date, limit: Int) async throws -> Int {
        try await client.execute(
            """
            DELETE FROM recipient_domains
            WHERE domain IN (SELECT domain FROM recipient_domains WHERE expires_at < \(before) ORDER BY expires_at LIMIT \(limit))
            """
        )
    }
}
