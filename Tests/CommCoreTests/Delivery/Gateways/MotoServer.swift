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

    private init(port: Int) {
        base = "http://127.0.0.1:\(port)"
    }

    /// Runs a body with a fresh server.
    static func with<R>(_ body: (MotoServer) async throws -> R) async throws -> R {
        guard let program else { throw TestFailure("moto is not installed") }
        let port = try ServerProcess.freePorts(1)[0]
        let process = try ServerProcess([program, "-H", "127.0.0.1", "-p", String(port)], isQuiet: true)
        guard await process.listens(on: port) else { throw TestFailure("moto did not start") }
        do {
            let result = try await body(MotoServer(port: port))
            await process.stop()
            return result
        } catch {
            await process.stop()
            throw error
        }
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
