import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A program that is measured or compared with, as a process of its own.
struct ChildProcess: Sendable {
    private let process: Process

    /// Starts it with this environment and nothing of ours but the PATH.
    init(_ program: URL, arguments: [String] = [], environment: [String: String] = [:], log: URL) throws {
        process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment.merging(["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]) { own, _ in own
        }
        try FileManager.default.createDirectory(at: log.deletingLastPathComponent(), withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
    }

    /// Highest resident memory so far, in bytes (VmHWM).
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        guard let match = status.firstMatch(of: /VmHWM:\s+(\d+) kB/), let kilobytes = Int(match.1) else {
            throw BenchError("no VmHWM of process \(process.processIdentifier)")
        }
        return kilobytes * 1024
    }

    /// Polls the address until it answers 200, for 30 s.
    func waitUntilReady(url: String) async throws {
        for _ in 0..<600 {
            guard process.isRunning else {
                throw BenchError("\(process.executableURL?.lastPathComponent ?? "a program") ended before it was ready")
            }
            let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(2))
            if let answer {
                _ = try? await answer.body.collect(upTo: 65_536)
                if (200..<400).contains(answer.status.code) { return }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        stopNow()
        throw BenchError("\(url) was not ready within 30 s")
    }

    /// Asks it to stop and waits; insists after 20 s.
    func stop() async throws {
        process.terminate()
        for _ in 0..<400 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        stopNow()
    }

    /// Ends it without ceremony.
    func stopNow() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Waits for its end.
    ///
    /// - Throws: when its exit status is not 0.
    func finish() async throws {
        while process.isRunning { try await Task.sleep(for: .milliseconds(2)) }
        guard process.terminationStatus == 0 else {
            throw BenchError("\(process.executableURL?.lastPathComponent ?? "a program") ended with status \(process.terminationStatus)")
        }
    }
}
