import Foundation

/// Postfix's `smtp-sink` for one test: takes mails and keeps them, or misbehaves as its options say.
package final class TestSink: Sendable {
    private static let program = "/usr/sbin/smtp-sink"

    package static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: program) }

    package let port: Int
    private let folder: String
    private let process: ServerProcess

    private init(_ options: [String]) throws {
        folder = "/tmp/sink-\(UUID().uuidString.prefix(8).lowercased())"
        port = try ServerProcess.freePorts(1)[0]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var arguments = [Self.program, "-d", "\(folder)/mail."]
        if geteuid() == 0 {
            guard let nobody = getpwnam("nobody"), chown(folder, nobody.pointee.pw_uid, nobody.pointee.pw_gid) == 0 else {
                throw TestFailure("there is nobody")
            }
            arguments += ["-u", "nobody"]
        }
        process = try ServerProcess(arguments + options + ["127.0.0.1:\(port)", "128"])
    }

    /// Runs a body with a fresh server.
    ///
    /// - Parameter options: of `smtp-sink`.
    package static func with<R>(_ options: [String] = [], _ body: (TestSink) async throws -> R) async throws -> R {
        let server = try TestSink(options)
        defer { try? FileManager.default.removeItem(atPath: server.folder) }
        guard await server.process.listens(on: server.port) else { throw TestFailure("smtp-sink did not start") }
        do {
            let result = try await body(server)
            await server.process.stop()
            return result
        } catch {
            await server.process.stop()
            throw error
        }
    }

    /// The mails that it took, each with the commands that brought it as its first lines.
    package func mails() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    }
}
