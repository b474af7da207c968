import Foundation
import Synchronization

/// A daemon of the suite running as a real process.
final class DaemonHandle: Sendable {
    let name: String
    let logFile: URL
    private let process: Mutex<Process>
    private let exit: AsyncStream<Int32>

    /// Starts the built executable.
    ///
    /// - Parameter environment: all of it; nothing is inherited but PATH.
    init(_ name: String, arguments: [String] = [], environment: [String: String], logFolder: URL) throws {
        self.name = name
        logFile = logFolder.appendingPathComponent("\(name)-\(UUID().uuidString.prefix(8)).log")
        guard FileManager.default.createFile(atPath: logFile.path, contents: nil) else { throw HarnessError("no log file") }
        let output = try FileHandle(forWritingTo: logFile)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        let process = Process()
        process.executableURL = try Self.executable(name)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]) { own, _ in own }
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { ended in
            continuation.yield(ended.terminationReason == .uncaughtSignal ? -ended.terminationStatus : ended.terminationStatus)
            continuation.finish()
        }
        try process.run()
        exit = stream
        self.process = Mutex(process)
    }

    /// The built products lie beside the test bundle.
    static func executable(_ name: String) throws -> URL {
        let folder = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }?.deletingLastPathComponent()
        let candidates = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()].compactMap { $0 }
        for candidate in candidates.map({ $0.appendingPathComponent(name) })
        where FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        throw HarnessError("the executable \(name) is not built")
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// `kill -9`: no instruction of the daemon runs after it.
    func kill() { send(SIGKILL) }

    /// Asks it to stop in an orderly way.
    func terminate() { send(SIGTERM) }

    func send(_ signal: Int32) {
        process.withLock { process in
            if process.isRunning { _ = Foundation.kill(process.processIdentifier, signal) }
        }
    }

    /// The exit code; a signal's number is negative.
    func waitForExit() async -> Int32? {
        for await status in exit { return status }
        return nil
    }

    /// What it has logged so far.
    var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    deinit { kill() }
}

/// The harness could not do what a test asked of it.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
