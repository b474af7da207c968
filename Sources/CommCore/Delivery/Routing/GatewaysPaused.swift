import FoundationEssentials

/// Every gateway that a message could take is held back by somebody.
package struct GatewaysPaused: Error, Sendable, Equatable, CustomStringConvertible {
    /// How soon it is looked at again (seconds).
    static let look: TimeInterval = 30

    package let names: [String]
    package let until: Date

    private static let prefix = "paused: "

    package var description: String { Self.prefix + names.joined(separator: ", ") }

    /// The names in what ``description`` says; nil for anything else.
    static func names(in text: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
}
