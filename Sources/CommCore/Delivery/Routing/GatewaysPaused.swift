import FoundationEssentials

/// Every gateway that a message could take is held back by somebody.
package struct GatewaysPaused: Error, Sendable, Equatable, CustomStringConvertible {
    /// How soon it is looked at again (seconds).
    static let look: TimeInterval = 30

    package let names: [String]
    package let until: Date

    package var description: String { "paused: \(names.joined(separator: ", "))" }
}
