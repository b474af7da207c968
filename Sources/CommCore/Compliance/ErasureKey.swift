import FoundationEssentials
import Postgres

/// The key under which a tenant's erased addresses are kept: so that nobody can tell from the mark who it was, and yet a message to
/// that address meets it.
///
/// It is stored as the two pads of HMAC-SHA256 (RFC 2104), for the database makes the marks itself (`comm_address_mark`).
enum ErasureKey {
    private static let blockSize = 64

    /// The pads of a key.
    static func pads(of key: [UInt8]) -> (inner: [UInt8], outer: [UInt8]) {
        let padded = key + [UInt8](repeating: 0, count: max(0, blockSize - key.count))
        return (padded.prefix(blockSize).map { $0 ^ 0x36 }, padded.prefix(blockSize).map { $0 ^ 0x5c })
    }

    /// Makes the tenant's key, if it has none.
    static func ensure(tenantID: UUID, using random: inout some RandomNumberGenerator, on connection: PostgresConnection) async throws {
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let pads = pads(of: key)
        try await connection.execute(
            """
            INSERT INTO erasure_keys (tenant_id, inner_pad, outer_pad) VALUES (\(tenantID), \(pads.inner), \(pads.outer))
            ON CONFLICT DO NOTHING
            """
        )
    }
}
