/// How an event stream paces itself.
struct EventStreamPace: Sendable {
    /// Pause between two looks for new events, while there are none.
    var poll: Duration = .milliseconds(500)
    /// A sign of life after so long a silence, well below what proxies allow.
    var heartbeat: Duration = .seconds(15)
    /// A stream ends after this and its client comes again, with a credential that is looked at anew.
    var longest: Duration = .seconds(900)
}
