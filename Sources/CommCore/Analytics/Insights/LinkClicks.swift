/// Clicks on one link of a mail.
package struct LinkClicks: Sendable, Equatable {
    package let index: Int
    /// With merge tags, as everybody's is; nil when the mail's report does not know the link.
    package let url: String?
    package let text: String?
    package let clicks: VerdictCounts
    /// Messages with a counted click on it.
    package let messages: Int
}
