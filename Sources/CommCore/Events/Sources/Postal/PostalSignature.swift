import FoundationEssentials

/// The signature of a report of Postal's, from its header fields.
package struct PostalSignature: Sendable {
    private let sha256: String?
    private let sha1: String?
    private let keyID: String?

    /// - Parameters:
    ///   - sha256: `X-Postal-Signature-256`.
    ///   - sha1: `X-Postal-Signature`.
    ///   - keyID: `X-Postal-Signature-KID`.
    package init(sha256: String?, sha1: String?, keyID: String?) {
        self.sha256 = sha256
        self.sha1 = sha1
        self.keyID = keyID
    }

    /// Whether the key that the report names is among these.
    package func isKnown(to keys: PostalKeys) -> Bool {
        keyID.map { keys.byID[$0] != nil } ?? true
    }

    /// Whether one of the keys signed these bytes.
    ///
    /// - Parameter allowsSHA1: for installations before 3.2, which sign with nothing else and name no key.
    package func isValid(over body: [UInt8], keys: PostalKeys, allowsSHA1: Bool) -> Bool {
        let candidates = keyID.map { keys.byID[$0].map { [$0] } ?? [] } ?? (allowsSHA1 ? Array(keys.byID.values) : [])
        if let sha256 {
            guard let bytes = Data(base64Encoded: sha256) else { return false }
            return candidates.contains { $0.isValid(Array(bytes), of: body, hash: .sha256) }
        }
        guard allowsSHA1, let sha1, let bytes = Data(base64Encoded: sha1) else { return false }
        return candidates.contains { $0.isValid(Array(bytes), of: body, hash: .sha1) }
    }
}

/// The public keys of a Postal installation (`/.well-known/jwks.json`).
package struct PostalKeys: Sendable {
    /// Where an installation shows them.
    package static let path = "/.well-known/jwks.json"

    let byID: [String: RSAVerifier]

    /// - Throws: when the document is no key set.
    package init(jwks: [UInt8]) throws {
        let set = try JSONDecoder().decode(KeySet.self, from: Data(jwks))
        let keys = set.keys.compactMap { key -> (String, RSAVerifier)? in
            guard key.kty == "RSA", let n = key.n.flatMap({ Base64URL.decode(Array($0.utf8)) }),
                let e = key.e.flatMap({ Base64URL.decode(Array($0.utf8)) }), let verifier = RSAVerifier(modulus: n, exponent: e)
            else { return nil }
            return (key.kid ?? RSAVerifier.keyID(modulus: n, exponent: e), verifier)
        }
        byID = Dictionary(keys, uniquingKeysWith: { first, _ in first })
    }

    private struct KeySet: Decodable {
        let keys: [Key]
    }

    private struct Key: Decodable {
        let kty: String
        let kid: String?
        let n: String?
        let e: String?
    }
}
