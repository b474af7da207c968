import Crypto

/// One step of the schema: a file of SQL that is never edited once it has landed.
package struct Migration: Sendable, Equatable {
    /// Counts from 1 without gaps.
    package let version: Int
    /// The file's name without number and ending.
    package let name: String
    package let text: String
    /// SHA-256 of the text, in hexadecimal.
    package let checksum: String

    package init(version: Int, name: String, text: String) {
        self.version = version
        self.name = name
        self.text = text
        checksum = SHA256.hash(data: Array(text.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The file's name: `0001_tenancy.sql`.
    package var fileName: String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_\(name).sql"
    }
}
