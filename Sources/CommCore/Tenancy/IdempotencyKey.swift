import Crypto
import FoundationEssentials

/// The value of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07).
package struct IdempotencyKey: Sendable, Equatable {
    package static let longest = 255

    package let text: String

    /// Takes the value bare or as a structured-field string in quotes; nil unless it is 1 to 255 visible ASCII characters.
    package init?(header: String) {
        var text = Substring(header)
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.text = String(text)
    }
}

/// Tells whether two requests with the same key ask for the same thing.
package enum IdempotencyFingerprint {
    /// SHA-256 of `METHOD LF path LF hex(SHA-256(body))`.
    package static func of(method: String, path: String, body: [UInt8]) -> [UInt8] {
        of(method: method, path: path, bodyDigest: SHA256.hash(data: body))
    }

    /// The same for a body whose digest was taken while it streamed by.
    package static func of(method: String, path: String, bodyDigest: SHA256Digest) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        let hex = bodyDigest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return Array(SHA256.hash(data: Array("\(method)\n\(path)\n".utf8) + hex))
    }
}
