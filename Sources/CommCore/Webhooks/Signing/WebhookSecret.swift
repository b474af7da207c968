import FoundationEssentials

/// A signing secret of Standard Webhooks: `whsec_` and the standard base64 of 24 to 64 bytes.
package struct WebhookSecret: Sendable, Equatable {
    static let prefix = "whsec_"
    private static let sizes = 24...64

    let key: [UInt8]

    /// Makes one of 32 random bytes.
    init(using random: inout some RandomNumberGenerator) {
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// Reads one; without the prefix or the padding, too, as the official libraries do.
    ///
    /// - Returns: nil when it is none.
    package init?(_ text: String) {
        var digits = text.hasPrefix(Self.prefix) ? String(text.dropFirst(Self.prefix.count)) : text
        while digits.hasSuffix("=") { digits.removeLast() }
        digits += String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: digits), Self.sizes.contains(data.count) else { return nil }
        key = Array(data)
    }

    init(key: [UInt8]) {
        self.key = key
    }

    /// As its owner is given it, once.
    package var text: String {
        Self.prefix + Data(key).base64EncodedString()
    }
}
