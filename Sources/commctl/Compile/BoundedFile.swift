import ArgumentParser
import Foundation

/// A file, or standard input, of which no more than a limit is kept in memory.
struct BoundedFile {
    private let name: String
    private let handle: FileHandle
    private let limit: Int

    /// Opens it; `-` is standard input.
    init(_ name: String, limit: Int) throws {
        self.name = name
        self.limit = limit
        guard name != "-" else {
            handle = .standardInput
            return
        }
        guard let opened = FileHandle(forReadingAtPath: name) else { throw ValidationError("cannot read \(name)") }
        handle = opened
    }

    /// What is in it; nil when that is more than the limit.
    func bytes() throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let piece: Data?
            do {
                piece = try handle.read(upToCount: min(65_536, limit + 1 - bytes.count))
            } catch {
                throw ValidationError("cannot read \(name)")
            }
            guard let piece, !piece.isEmpty else { return bytes }
            bytes += piece
        }
        return nil
    }
}
