import Crypto
import FoundationEssentials

/// An id and a short proof that we wrote it, as letters and digits that a local part may hold (variable envelope return path).
enum SignedToken {
    /// Digits of a token.
    static func length(idBytes: Int, codeBytes: Int) -> Int { Base32.length(idBytes) + Base32.length(codeBytes) }

    static func text(_ id: [UInt8], key: SymmetricKey, codeBytes: Int) -> String {
        Base32.encode(id) + Base32.encode(code(of: id, key: key).prefix(codeBytes))
    }

    /// The id of a token; nil when none of the keys proves it.
    ///
    /// Takes the same time whatever the code holds.
    static func id(in token: some StringProtocol, keys: [SymmetricKey], idBytes: Int, codeBytes: Int) -> [UInt8]? {
        let digits = Array(token.utf8)
        guard digits.count == length(idBytes: idBytes, codeBytes: codeBytes) else { return nil }
        let split = Base32.length(idBytes)
        guard let id = Base32.decode(String(decoding: digits[..<split], as: UTF8.self)), id.count == idBytes,
            let told = Base32.decode(String(decoding: digits[split...], as: UTF8.self)), told.count == codeBytes
        else { return nil }
        var isProven = false
        for key in keys {
            let difference = zip(code(of: id, key: key), told).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            isProven = isProven || difference == 0
        }
        return isProven ? id : nil
    }

    private static func code(of id: [UInt8], key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("verp1.".utf8) + id, using: key))
    }
}
