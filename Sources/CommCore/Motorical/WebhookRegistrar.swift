import FoundationEssentials
import Logging
import Metrics
import Postgres

/// Registers our webhook at the platform, once for each motor block that campaigns use.
///
/// Wishes are rows that creating a campaign leaves behind; failures are retried with growing pauses, and given up after
/// ``mostAttempts`` with the reason in the row. A new public address is registered anew.
package struct WebhookRegistrar: Sendable {
    static let mostAttempts = 10
    private static let perRound = 20

    private let repository: WebhookRegistrationRepository
    private let register: @Sendable (UUID, String) async throws -> Void
    private let url: String
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameters:
    ///   - publicBase: `COMM_PUBLIC_BASE`, without a slash at its end.
    ///   - register: tells the platform about a motor block's webhook.
    package init(
        client: PostgresClient,
        publicBase: String,
        time: any TimeSource,
        logger: Logger,
        register: @escaping @Sendable (UUID, String) async throws -> Void
    ) {
        repository = WebhookRegistrationRepository(client: client)
        url = publicBase + "/api/webhooks/motorical"
        self.time = time
        self.logger = logger
        self.register = register
    }

    /// Tries what is due.
    ///
    /// - Returns: whether there may be more at once.
    package func round() async throws -> Bool {
        let wishes = try await repository.claim(url: url, mostAttempts: Self.mostAttempts, limit: Self.perRound, now: time.now)
        for wish in wishes {
            do {
                try await register(wish.motorBlockID, url)
                try await repository.succeed(wish, now: time.now)
                Counter(label: "comm_webhook_registrations_total", dimensions: [("outcome", "registered")]).increment()
                logger.info("webhook registered", metadata: ["motor_block_id": "\(wish.motorBlockID)"])
            } catch let error as PostgresError {
                throw error
            } catch {
                try await fail(wish, error)
            }
        }
        return wishes.count == Self.perRound
    }

    private func fail(_ wish: WebhookRegistrationRepository.Wish, _ error: any Error) async throws {
        let isLast = wish.attempts >= Self.mostAttempts
        let pause = TimeInterval(30 << min(wish.attempts - 1, 7))
        try await repository.fail(wish, reason: String("\(error)".prefix(500)), dueAt: time.now.addingTimeInterval(pause))
        Counter(label: "comm_webhook_registrations_total", dimensions: [("outcome", isLast ? "given_up" : "failed")]).increment()
        logger.warning(
            "webhook could not be registered",
            metadata: [
                "motor_block_id": "\(wish.motorBlockID)", "attempts": "\(wish.attempts)", "given_up": "\(isLast)", "error": "\(error)",
            ]
        )
    }
}
