/// What a click or open tells besides whose message it is about.
package struct TrackedDetails: Sendable, Equatable {
    /// Place of the link in the mail; nil for an open.
    package let linkIndex: Int?
    package let signals: TrackingSignals

    package init(linkIndex: Int?, signals: TrackingSignals) {
        self.linkIndex = linkIndex
        self.signals = signals
    }
}
