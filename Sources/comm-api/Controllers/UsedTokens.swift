import CommCore
import FoundationEssentials
import Redis

/// Remembers in Redis which signature token came with which event, for as long as a signature is believed.
///
/// Without Redis nothing is accepted; the provider comes again.
struct UsedTokens: Sendable {
    let redis: RedisClient
    /// Seconds.
    let lifetime: Int

    /// Whether the token is new, or was used for the same event.
    func use(_ token: String, for event: String) async throws -> Bool {
        let key = "comm:webhook_token:mailgun:\(token)"
        let replies = try await redis.pipeline([
            RedisCommand("SET", [.string(key), .string(event), "NX", "EX", .integer(lifetime)]),
            RedisCommand("GET", [.string(key)]),
        ])
        _ = try replies.first?.valueOrError()
        return try replies.last?.valueOrError().string == event
    }
}
