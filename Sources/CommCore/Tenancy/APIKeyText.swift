import Crypto
import FoundationEssentials

/// The text of an API key: `cb_`, the tenant's and the key's id (32 bytes), `_`, a secret of 32 random bytes; both in base64url.
///
/// The ids make the key's row findable inside its tenant; the prefix lets secret scanners recognise a leaked one.
struct APIKeyText: Sendable, Equatable {
    static let secretLength = 32
    private static let prefix = "cb_"
    private static let partLength = 43  // base64url of 32 bytes without padding

    let tenantID: UUID
    let keyID: UUID
    let secret: [UInt8]

    init(tenantID: UUID, keyID: UUID, secret: [UInt8]) {
        self.tenantID = tenantID
        self.keyID = keyID
        self.secret = secret
    }

    /// Makes a key with a fresh secret.
    init(tenantID: UUID, keyID: UUID, using random: inout some RandomNumberGenerator) {
        let secret = (0..<Self.secretLength).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.init(tenantID: tenantID, keyID: keyID, secret: secret)
    }

    /// Reads a key; nil unless it is exactly as `text` writes it.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.prefix.utf8.count + 2 * Self.partLength + 1, text.hasPrefix(Self.prefix) else { return nil }
        let idsEnd = Self.prefix.utf8.count + Self.partLength
        guard bytes[idsEnd] == UInt8(ascii: "_"),
            let ids = Base64URL.decode(bytes[Self.prefix.utf8.count..<idsEnd]),
            let secret = Base64URL.decode(bytes[(idsEnd + 1)...]),
            let tenantID = Self.uuid(ids[0..<16]),
            let keyID = Self.uuid(ids[16..<32])
        else { return nil }
        self.init(tenantID: tenantID, keyID: keyID, secret: secret)
    }

    var text: String {
        Self.prefix + Self.encode(Self.bytes(of: tenantID) + Self.bytes(of: keyID)) + "_" + Self.encode(secret)
    }

    /// What is stored.
    ///
    /// The secret is random over its whole length, so a slow hash would protect nothing.
    var secretHash: [UInt8] {
        Array(SHA256.hash(data: secret))
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }

    private static func bytes(of id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }

    private static func uuid(_ bytes: ArraySlice<UInt8>) -> UUID? {
        guard bytes.count == 16 else { return nil }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
