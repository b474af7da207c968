/// Webhooks out and the feed of events behind them.
package struct WebhookSettings: Sendable {
    /// Where they may be sent.
    package var policy: TargetPolicy
    /// Endpoints served at once; 0: none are.
    package var concurrency: Int
    /// How long an endpoint may take to answer.
    package var timeout: Duration
    /// Days for which the delivery log is kept.
    package var logDays: Int
    /// Days for which the feed is kept.
    package var feedDays: Int
}
