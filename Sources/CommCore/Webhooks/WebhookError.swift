/// Why a request about webhooks was refused.
package typealias WebhookError = Refusal<WebhookErrorCode>

package enum WebhookErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
    /// The tenant has as many endpoints as it may have.
    case tooMany
    /// A replay of the endpoint still runs.
    case replayRunning
}

extension WebhookError {
    static var notFound: WebhookError { WebhookError(.notFound, "Webhook endpoint not found") }
}
