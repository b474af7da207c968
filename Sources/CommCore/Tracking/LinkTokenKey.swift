import Crypto

/// A secret that link tokens are signed with, and the name by which a token refers to it.
package struct LinkTokenKey: Sendable {
    /// The name in the token's header (`kid`).
    package let id: String
    let header: [UInt8]
    let state: HMACSHA256State

    /// A key under a chosen name.
    ///
    /// - Throws: `LinkTokenError` when the secret has fewer than 32 bytes (RFC 7518, 3.2) or the name is not 1 to 32 of `A–Z a–z 0–9 _ -`.
    package init(id: String, secret: [UInt8]) throws(LinkTokenError) {
        guard secret.count >= 32 else { throw LinkTokenError(.invalidKey, "a link token secret has at least 32 bytes") }
        guard (1...32).contains(id.utf8.count), id.utf8.allSatisfy(Self.isNameCharacter) else {
            throw LinkTokenError(.invalidKey, "a link token key is named with 1 to 32 letters, digits, _ or -")
        }
        self.id = id
        self.header = Base64URL.encode(Array(#"{"alg":"HS256","kid":"\#(id)","typ":"link+jwt"}"#.utf8)) + [UInt8(ascii: ".")]
        self.state = HMACSHA256State(key: secret)
    }

    /// A key named after a digest of its secret, so that rotation needs no second setting.
    package init(secret: String) throws(LinkTokenError) {
        let digest = Array(SHA256.hash(data: Array("link-token-key-id\n".utf8) + Array(secret.utf8)))
        let name = Base64URL.encode(Array(digest.prefix(6)))
        try self.init(id: String(decoding: name, as: UTF8.self), secret: Array(secret.utf8))
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
