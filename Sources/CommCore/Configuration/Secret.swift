/// A value that must never be printed: passwords, tokens, keys, connection URLs that hold one.
package struct Secret: Sendable {
    private let value: String

    /// Wraps the value.
    package init(_ value: String) {
        self.value = value
    }

    /// The value itself; hand it to the one place that needs it and keep it out of messages and metadata.
    package func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    package var description: String { "<redacted>" }

    /// Always `<redacted>`.
    package var debugDescription: String { description }

    /// Shows nothing to `dump` and to debuggers.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
