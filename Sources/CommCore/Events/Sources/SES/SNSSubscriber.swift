import FoundationEssentials
import Logging
import Postgres

/// Confirms subscriptions of SNS topics that the configuration names, outside of any request.
package struct SNSSubscriber: Sendable {
    /// Tokens last about two days.
    static let mostAttempts = 20

    private let repository: SNSSubscriptionRepository
    private let topics: Set<String>
    private let fetch: @Sendable (_ url: String) async throws -> [UInt8]
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameters:
    ///   - topics: the only ones whose subscriptions are confirmed.
    ///   - fetch: visits an address.
    package init(
        client: PostgresClient,
        topics: Set<String>,
        time: any TimeSource,
        logger: Logger,
        fetch: @escaping @Sendable (_ url: String) async throws -> [UInt8]
    ) {
        repository = SNSSubscriptionRepository(client: client)
        self.topics = topics
        self.fetch = fetch
        self.time = time
        self.logger = logger
    }

    /// Tries what is due.
    ///
    /// - Returns: whether there may be more at once.
    package func round() async throws -> Bool {
        let wishes = try await repository.claim(limit: 10, mostAttempts: Self.mostAttempts, now: time.now)
        for wish in wishes {
            do {
                try await confirm(wish)
                try await repository.succeed(wish, now: time.now)
                logger.notice("subscription confirmed", metadata: ["topic": "\(wish.topic)"])
            } catch let error as PostgresError {
                throw error
            } catch {
                try await repository.fail(wish, reason: ProviderText.clean("\(error)"))
                logger.warning(
                    "subscription not confirmed",
                    metadata: ["topic": "\(wish.topic)", "attempts": "\(wish.attempts)", "error": "\(ProviderText.clean("\(error)"))"]
                )
            }
        }
        return wishes.count == 10
    }

    /// The address was checked when the message was verified; it is checked again where it is used.
    private func confirm(_ wish: SNSSubscriptionRepository.Wish) async throws {
        let region = wish.topic.split(separator: ":", omittingEmptySubsequences: false).dropFirst(3).first.map(String.init) ?? ""
        guard topics.contains(wish.topic), SNSAddress.isConfirmation(wish.subscribeURL, topic: wish.topic, region: region) else {
            throw SNSSubscriptionRefused()
        }
        _ = try await fetch(wish.subscribeURL)
    }
}

/// The topic is not configured, or the address is not one of SNS.
struct SNSSubscriptionRefused: Error, CustomStringConvertible {
    var description: String { "the topic is not among COMM_SES_TOPIC_ARNS, or the address does not belong to SNS" }
}
