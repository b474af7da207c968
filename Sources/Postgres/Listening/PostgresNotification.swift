/// A message of NOTIFY, or the news that messages may have been missed.
package struct PostgresNotification: Sendable, Equatable {
    package var channel: String
    package var payload: String
    /// True for the synthetic one after each (re)connect: look for work, notifications may have been lost.
    package var isReconnect: Bool

    package init(channel: String, payload: String, isReconnect: Bool = false) {
        self.channel = channel
        self.payload = payload
        self.isReconnect = isReconnect
    }
}
