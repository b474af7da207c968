import FoundationEssentials

/// Which messages of requests are to be tried again; what is nil leaves out none.
package struct RetrySelection: Sendable, Equatable {
    /// The most ids that one wish can name.
    package static let mostIDs = 1_000

    package var requestID: UUID?
    package var channel: Channel?
    package var messageIDs: [UUID]?

    package init(requestID: UUID? = nil, channel: Channel? = nil, messageIDs: [UUID]? = nil) {
        (self.requestID, self.channel, self.messageIDs) = (requestID, channel, messageIDs)
    }
}
