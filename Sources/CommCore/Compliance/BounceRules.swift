/// When an address that bounces, without being gone, is given a rest, and for how long.
package struct BounceRules: Sendable, Equatable {
    /// Of a tenant that has set nothing.
    package static let standard = BounceRules()

    /// Bounces after which an address is given a rest; 0: never.
    package var softLimit = 3
    /// Days within which they count.
    package var windowDays = 30
    /// Days of the first rest.
    package var restDays = 7
    /// Each further rest is so many times as long.
    package var escalation = 2
    /// No rest is longer (days).
    package var longestRestDays = 180

    package init() {}
}
