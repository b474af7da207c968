import Crypto
import FoundationEssentials

/// A file of suppressions that was received to its end: in a nameless temporary file, with its digest.
///
/// Only what is here whole is read, so an upload that breaks off leaves nothing behind and holds nothing in the database meanwhile.
package struct SuppressionUpload: Sendable {
    /// SHA-256 of the bytes.
    package let digest: SHA256Digest
    package let fileName: String?
    let spool: ImportSpool

    /// Receives a file given as pieces of bytes, cut anywhere.
    ///
    /// - Throws: errors of the source as they are, `ImportSpoolError` when there is no place for it.
    package static func receive<Source: AsyncSequence & Sendable>(
        _ source: Source,
        fileName: String? = nil
    ) async throws -> SuppressionUpload where Source.Element == [UInt8] {
        let spool = try ImportSpool()
        var hash = SHA256()
        for try await piece in source {
            hash.update(data: piece)
            try await spool.append(piece)
        }
        return SuppressionUpload(digest: hash.finalize(), fileName: fileName, spool: spool)
    }
}
