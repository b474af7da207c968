import Foundation
import Testing

/// The built program, as a shell runs it: without any setting in its environment.
@Suite("commctl compile as a program")
struct CompileProgramTests {
    private struct Ended {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Files instead of pipes, so that no amount of output can make either side wait for the other.
    private func commctl(_ arguments: [String], input: String) throws -> Ended {
        let folder = FileManager.default.temporaryDirectory.appending(path: "commctl-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output, errors) = (try file("in", in: folder, input), try file("out", in: folder), try file("err", in: folder))
        let process = Process()
        process.executableURL = try program()
        process.arguments = arguments
        process.environment = [:]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }

    private func file(_ name: String, in folder: URL, _ content: String = "") throws -> URL {
        let file = folder.appending(path: name)
        try Data(content.utf8).write(to: file)
        return file
    }

    /// Beside the tests.
    private func program() throws -> URL {
        let folder = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }?.deletingLastPathComponent()
        let candidates = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()].compactMap { $0 }
        return try #require(
            candidates.map { $0.appending(path: "commctl") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
        )
    }

    @Test func `a template from standard input is compiled, with status 0`() throws {
        let ended = try commctl(["compile", "-", "--no-tracking"], input: "<style>p{color:red}</style><p>Dear {{name}}</p>")
        #expect(ended.status == 0)
        #expect(ended.output == #"<p style="color:red">Dear {{name}}</p>"#)
        #expect(ended.errors.isEmpty)
    }

    @Test func `a refused template ends with 1, its reasons on standard error and nothing on standard output`() throws {
        let ended = try commctl(["compile", "-", "--max-nodes", "1"], input: "<p>a</p>\n<p>b</p>")
        #expect(ended.status == 1)
        #expect(ended.output.isEmpty)
        #expect(ended.errors.hasPrefix("- dom_nodes_exceeded "))
    }

    @Test func `bad arguments end with 64, a file that is not there too`() throws {
        #expect(try commctl(["compile", "-", "--utm", "x"], input: "").status == 64)
        let missing = try commctl(["compile", "/nowhere/mail.html"], input: "")
        #expect(missing.status == 64)
        #expect(missing.errors.contains("cannot read /nowhere/mail.html"))
    }
}
