import AsyncHTTPClient
import CommTesting
import Foundation
import NIOCore
import NIOHTTP1

@testable import CommCore

/// moto, a stand-in for AWS, where it is installed (`moto[server]` of PyPI).
final class MotoServer: Sendable {
    /// The program, if it is on the path.
    static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/moto_server" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    let base: String
    private let process: Process

    private init(process: Process, base: String) {
        self.process = process
        self.base = base
    }

    /// Starts it and waits until it answers.
    static func start() async throws -> MotoServer {
        guard let program else { throw TestFailure("moto is not installed") }
        let port = Int.random(in: 20_000..<30_000)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-H", "127.0.0.1", "-p", String(port)]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let server = MotoServer(process: process, base: "http://127.0.0.1:\(port)")
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await server.data()) == nil {
            guard ContinuousClock.now < deadline, process.isRunning else {
                server.stop()
                throw TestFailure("moto did not start")
            }
            // Waits for a process that tells nobody when it is ready.
            try await Task.sleep(for: .milliseconds(100))
        }
        return server
    }

    func stop() {
        process.terminate()
    }

    /// The mails that were sent raw: recipients and text.
    func mails() async throws -> [(recipients: [String], text: String)] {
        let data = try await data()
        let mails = (data["ses"] as? [String: Any])?["RawMessage"] as? [[String: Any]] ?? []
        return mails.map { ($0["destinations"] as? [String] ?? [], $0["raw_data"] as? String ?? "") }
    }

    private func data() async throws -> [String: Any] {
        let text = try await send(.GET, "/moto-api/data.json", "", type: "text/plain", service: "ses")
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// One request; the scope of the credential says which service is meant.
    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ body: String, type: String, service: String) async throws -> String {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Content-Type", value: type)
        let scope = "AKIDEXAMPLE/20260101/eu-west-1/\(service)/aws4_request"
        request.headers.add(name: "Authorization", value: "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0")
        if !body.isEmpty { request.body = .bytes(Array(body.utf8)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }
}
