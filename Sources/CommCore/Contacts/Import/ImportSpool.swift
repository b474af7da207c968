import Dispatch
import Foundation
import Synchronization

/// The encoded rows of an import, kept in a nameless temporary file until the whole input has been read and checked.
///
/// So a refused file never touches the database, and a slow upload holds neither a connection nor a transaction.
/// The file has no name: whatever happens to the process, nothing of it stays behind. File access runs on its own queue.
final class ImportSpool: Sendable {
    private static let pieceSize = 262_144

    private let queue = DispatchQueue(label: "contact-import-spool")
    private let descriptor: CInt
    private let size = Mutex<Int>(0)

    /// Opens the file in the folder for temporary files.
    init(folder: URL = FileManager.default.temporaryDirectory) throws {
        let path = folder.appendingPathComponent("contact-import-\(UUID().uuidString)").path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("create a temporary file in \(folder.path)") }
        unlink(path)
    }

    deinit {
        close(descriptor)
    }

    /// Appends bytes to the file.
    func append(_ bytes: [UInt8]) async throws {
        let offset = size.withLock { $0 }
        try await perform { [descriptor] in
            try bytes.withUnsafeBytes { try Self.write($0, to: descriptor, at: offset) }
        }
        size.withLock { $0 = offset + bytes.count }
    }

    /// The content in pieces of 256 KB.
    var pieces: Pieces { Pieces(spool: self) }

    private func piece(at offset: Int) async throws -> [UInt8] {
        let length = min(Self.pieceSize, size.withLock { $0 } - offset)
        guard length > 0 else { return [] }
        return try await perform { [descriptor] in
            try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                let read = pread(descriptor, buffer.baseAddress, length, off_t(offset))
                guard read > 0 else { throw Self.failure("read the temporary file") }
                count = read
            }
        }
    }

    private func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at offset: Int) throws {
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset + written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write the temporary file") }
            written += count
        }
    }

    private static func failure(_ action: String) -> ImportSpoolError {
        ImportSpoolError(message: "cannot \(action): \(String(cString: strerror(errno)))")
    }
}

extension ImportSpool {
    /// The pieces of a spool, in order.
    struct Pieces: AsyncSequence, Sendable {
        fileprivate let spool: ImportSpool

        func makeAsyncIterator() -> Iterator {
            Iterator(spool: spool)
        }

        struct Iterator: AsyncIteratorProtocol {
            fileprivate let spool: ImportSpool
            private var offset = 0

            fileprivate init(spool: ImportSpool) {
                self.spool = spool
            }

            mutating func next() async throws -> [UInt8]? {
                let piece = try await spool.piece(at: offset)
                offset += piece.count
                return piece.isEmpty ? nil : piece
            }
        }
    }
}

/// The temporary file of an import cannot be used.
struct ImportSpoolError: Error, Sendable {
    let message: String
}
