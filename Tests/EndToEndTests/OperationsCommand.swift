import Foundation

/// A program run to its end, with everything that it said.
struct OperationsCommand: Sendable {
    let status: Int32
    let output: String

    /// Runs a program that the PATH knows; standard output and error are read together.
    static func run(_ program: String, _ arguments: [String], in folder: URL? = nil) async throws -> OperationsCommand {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        // A file takes any amount of output; a pipe would have to be emptied while the program runs.
        let transcript = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: transcript.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: transcript) }
        let handle = try FileHandle(forWritingTo: transcript)
        process.standardOutput = handle
        process.standardError = handle
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try handle.close()
        return OperationsCommand(status: status, output: try String(contentsOf: transcript, encoding: .utf8))
    }
}

/// The project's folder and temporary ones for the tests of what operators install.
enum OperationsFolder {
    /// The root of the project.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs `body` with a folder that is removed afterwards.
    static func temporary<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}
