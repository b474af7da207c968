/// What became of messages of one channel by one gateway.
package struct ChannelTotals: Sendable, Equatable {
    package let channel: String
    /// nil where none was asked: suppressed, cancelled and the like.
    package let gateway: String?
    /// By the words of the delivery log (`sent`, `failed`, …) and those of reports (`delivered`, `bounced`, `complained`, `rejected`).
    package let outcomes: [String: Int64]
}
