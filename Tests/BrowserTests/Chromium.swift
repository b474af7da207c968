import Foundation

/// Headless Chromium without a network, started anew for each page.
struct Chromium {
    /// It could not be used; a browser that is missing is a failure, never a reason to skip.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Which colours the reader prefers.
    enum ColorScheme: Int, CaseIterable {
        case dark = 0
        case light = 1
    }

    private static let limit = Duration.seconds(120)

    private let program: URL

    init() throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        let programs = folders.map { URL(fileURLWithPath: String($0)).appending(path: "chromium") }
        guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw Failure(description: "chromium is not installed; scripts/packages.sh installs it")
        }
        self.program = program
    }

    /// The page's document as it is once its scripts have done their work.
    func document(of page: URL, in folder: URL, scheme: ColorScheme) async throws -> String {
        let output = folder.appending(path: "document.html")
        let log = folder.appending(path: "chromium.log")
        for file in [output, log] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = program
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--user-data-dir=\(folder.appending(path: "profile").path)", "--allow-file-access-from-files",
            // No name is ever looked up: remote pictures fail at once, the same on every machine.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--blink-settings=preferredColorScheme=\(scheme.rawValue)",
            "--virtual-time-budget=60000", "--dump-dom", page.absoluteString,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: log)
        try await Self.run(process)
        guard process.terminationStatus == 0 else {
            let words = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw Failure(description: "chromium ended with status \(process.terminationStatus): \(words.suffix(2_000))")
        }
        return try String(contentsOf: output, encoding: .utf8)
    }

    /// Runs a process to its end, and ends it when it takes too long.
    private static func run(_ process: Process) async throws {
        let ended = AsyncStream<Void> { continuation in
            process.terminationHandler = { _ in continuation.finish() }
        }
        try process.run()
        let number = process.processIdentifier
        let timer = Task {
            try await Task.sleep(for: limit)
            kill(number, SIGKILL)
        }
        for await _ in ended {}
        timer.cancel()
        if case .failure(let error) = await timer.result, error is CancellationError { return }
        throw Failure(description: "chromium was not done after \(limit)")
    }
}
