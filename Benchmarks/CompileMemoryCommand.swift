import ArgumentParser
import Foundation

/// Compiles one newsletter again and again in a process of its own, so that its highest memory can be told.
struct CompileMemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile-memory",
        abstract: "Print the highest resident memory before and after compiling, in bytes.",
        shouldDisplay: false
    )

    @Option var bytes: Int
    @Option var links: Int
    @Option var nodes: Int
    @Option var times = 50

    func run() throws {
        let newsletter = Newsletter(bytes: bytes, links: links, nodes: nodes)
        // The smallest one first: it loads what any compilation loads.
        _ = try Newsletter(bytes: 0, links: 1).compiled(campaignID: UUID())
        let before = try Self.peak()
        for _ in 0..<times { _ = try newsletter.compiled(campaignID: UUID()) }
        print(before, try Self.peak())
    }

    /// VmHWM of this process.
    private static func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let match = status.firstMatch(of: /VmHWM:\s+(\d+) kB/), let kilobytes = Int(match.1) else {
            throw BenchError("no VmHWM of this process")
        }
        return kilobytes * 1024
    }
}
