import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import Redis

/// Decides whether a caller may go on, and says where it stands.
///
/// While Redis is away each process counts for itself, at a quarter of the limit: the service stays open, and stays protected.
struct RateLimiter: Sendable {
    private static let caution = 4

    private let settings: RateSettings
    private let shared: SharedRate
    private let local = LocalRate()
    private let time: any TimeSource

    init(settings: RateSettings, redis: RedisClient, time: any TimeSource) {
        self.settings = settings
        self.shared = SharedRate(redis: redis)
        self.time = time
    }

    /// Counts a request.
    ///
    /// - Returns: what the answer's headers say; empty when the class has no limit.
    /// - Throws: `Problem` 429.
    func admit(_ caller: String, as rateClass: RateClass, logger: Logger) async throws -> HTTPFields {
        let limit = settings.limit(of: rateClass)
        guard limit > 0 else { return [:] }
        let (standing, counted) = await standing("\(rateClass.rawValue):\(caller)", limit: limit, logger: logger)
        let headers = standing.headers(limit: counted, rateClass: rateClass)
        guard standing.isAllowed else { throw Self.refusal(standing, rateClass, headers) }
        return headers
    }

    private func standing(_ key: String, limit: Int, logger: Logger) async -> (RateStanding, limit: Int) {
        do {
            return (try await shared.count(key, rate: CellRate(limit: limit)), limit)
        } catch {
            logger.debug("requests are counted by this process alone", metadata: ["error": "\(error)"])
            let careful = max(1, limit / Self.caution)
            let now = Int64(time.now.timeIntervalSince1970 * 1_000_000)
            return (local.count(key, rate: CellRate(limit: careful), now: now), careful)
        }
    }

    private static func refusal(_ standing: RateStanding, _ rateClass: RateClass, _ headers: HTTPFields) -> Problem {
        let wait = max(1, standing.retryAfter)
        var problem = Problem(
            .tooManyRequests,
            code: "rate_limited",
            "Too many requests of the class \(rateClass.rawValue). Please try again in \(wait) s."
        )
        problem.members = ["rate_class": .string(rateClass.rawValue), "retryAfter": .number(String(wait))]
        problem.headers = headers
        problem.headers[.retryAfter] = String(wait)
        return problem
    }
}
