import FoundationEssentials

/// Where "now" comes from: the wall clock in a daemon, a hand-moved one in a test.
package protocol TimeSource: Sendable {
    /// The present moment.
    var now: Date { get }
}

/// The wall clock of the host.
package struct SystemTime: TimeSource {
    package init() {}

    package var now: Date { Date() }
}
