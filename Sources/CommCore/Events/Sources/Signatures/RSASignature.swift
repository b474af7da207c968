import Crypto
import CryptoExtras
import FoundationEssentials

/// RSA signatures with PKCS #1 v1.5 padding, as Postal and SNS make them; only verified, never made.
package struct RSAVerifier: Sendable {
    /// The hash that is signed.
    package enum Hash: Sendable {
        /// Broken for collisions; some providers sign with nothing else.
        case sha1
        case sha256
    }

    private let key: _RSA.Signing.PublicKey

    /// - Parameter spki: SubjectPublicKeyInfo in DER, of 2048 bits or more.
    package init?(spki: [UInt8]) {
        guard let key = try? _RSA.Signing.PublicKey(derRepresentation: spki) else { return nil }
        self.key = key
    }

    /// Whether the signature is the key's over these bytes.
    package func isValid(_ signature: [UInt8], of message: [UInt8], hash: Hash) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return switch hash {
        case .sha1: key.isValidSignature(signature, for: Insecure.SHA1.hash(data: message), padding: .insecurePKCS1v1_5)
        case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        }
    }
}

extension RSAVerifier {
    /// A key by its numbers, big-endian, as a JSON Web Key has them.
    package init?(modulus: [UInt8], exponent: [UInt8]) {
        self.init(spki: DER.rsaKeyInfo(modulus: modulus, exponent: exponent))
    }

    /// What a JSON Web Key of these numbers is called by (the digest of the PKCS #1 key, lower-case hexadecimal).
    package static func keyID(modulus: [UInt8], exponent: [UInt8]) -> String {
        SHA256.hash(data: DER.rsaKey(modulus: modulus, exponent: exponent)).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}

/// The little of DER that an RSA key needs.
private enum DER {
    /// rsaEncryption with its NULL parameters.
    private static let algorithm: [UInt8] = [
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
    ]

    /// RSAPublicKey of PKCS #1.
    static func rsaKey(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        element(0x30, integer(modulus) + integer(exponent))
    }

    /// SubjectPublicKeyInfo.
    static func rsaKeyInfo(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        element(0x30, algorithm + element(0x03, [0] + rsaKey(modulus: modulus, exponent: exponent)))
    }

    private static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let significant = Array(bytes.drop { $0 == 0 })
        let needsZero = significant.first.map { $0 >= 0x80 } ?? true
        return element(0x02, (needsZero ? [0] : []) + significant)
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}
