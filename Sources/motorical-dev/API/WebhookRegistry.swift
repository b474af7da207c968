import Foundation
import Synchronization

/// Webhooks that were registered by the public API; kept in memory only.
final class WebhookRegistry: Sendable {
    struct Webhook: Codable, Sendable {
        let url: String
        let events: [String]
    }

    private let webhooks = Mutex<[UUID: [String: Webhook]]>([:])

    /// Keeps a webhook of a motor block; the same URL again replaces it.
    func add(_ webhook: Webhook, to motorBlock: UUID) {
        webhooks.withLock { $0[motorBlock, default: [:]][webhook.url] = webhook }
    }
}
