/// What became of a tenant's messages of one channel in a period: those of campaigns and those of requests, each once.
package struct ChannelCounts: Sendable, Equatable {
    package let channel: String
    /// By the words of the delivery log (`sent`, `failed`, …) and those of reports (`delivered`, `bounced`, `complained`, `rejected`).
    package let outcomes: [String: Int]
}
