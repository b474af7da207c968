import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client of the suite's REST API: JSON in, the `data` of the answer out, a problem document as an error.
struct RestClient: Sendable {
    let http: HTTPClient
    let base: String
    var headers: HTTPHeaders = [:]

    /// The same client with further headers.
    func adding(_ more: [(String, String)]) -> RestClient {
        var copy = self
        for (name, value) in more { copy.headers.replaceOrAdd(name: name, value: value) }
        return copy
    }

    /// Sends JSON and decodes the `data` of the answer.
    func send<Answer: Decodable>(_ method: HTTPMethod, _ path: String, _ body: some Encodable) async throws -> Answer {
        try await answer(request(method, path, json: body))
    }

    /// Sends a request without a body and decodes the `data` of the answer.
    func send<Answer: Decodable>(_ method: HTTPMethod, _ path: String) async throws -> Answer {
        try await answer(request(method, path))
    }

    /// Sends JSON; only success matters.
    func perform(_ method: HTTPMethod, _ path: String, _ body: some Encodable) async throws {
        _ = try await execute(request(method, path, json: body))
    }

    /// Sends a request without a body; only success matters.
    func perform(_ method: HTTPMethod, _ path: String) async throws {
        _ = try await execute(request(method, path))
    }

    /// Sends a prepared body of the given type and decodes the `data` of the answer.
    func upload<Answer: Decodable>(_ path: String, contentType: String, body: HTTPClientRequest.Body) async throws -> Answer {
        var request = request(.POST, path)
        request.headers.replaceOrAdd(name: "Content-Type", value: contentType)
        request.body = body
        return try await answer(request)
    }

    /// Fetches a document that has no envelope.
    func document<Answer: Decodable>(_ path: String) async throws -> Answer {
        let request = request(.GET, path)
        return try Self.decode(Answer.self, from: try await execute(request), of: request)
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers = headers
        request.headers.replaceOrAdd(name: "Accept", value: "application/json")
        return request
    }

    private func request(_ method: HTTPMethod, _ path: String, json body: some Encodable) throws -> HTTPClientRequest {
        var request = request(method, path)
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try Self.encoder.encode(body)))
        return request
    }

    private func answer<Answer: Decodable>(_ request: HTTPClientRequest) async throws -> Answer {
        try Self.decode(Envelope<Answer>.self, from: try await execute(request), of: request).data
    }

    private func execute(_ request: HTTPClientRequest) async throws -> Data {
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .minutes(30))
        } catch {
            throw DemoError("\(request.method) \(request.url): no answer (\(error))")
        }
        let body = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        guard (200..<300).contains(response.status.code) else {
            throw DemoError("\(request.method) \(request.url) answered \(response.status.code): \(Self.reason(body))")
        }
        return body
    }

    private static func decode<Answer: Decodable>(_: Answer.Type, from body: Data, of request: HTTPClientRequest) throws -> Answer {
        do {
            return try decoder.decode(Answer.self, from: body)
        } catch {
            throw DemoError("\(request.method) \(request.url) answered something unexpected: \(excerpt(body)) (\(error))")
        }
    }

    private static func reason(_ body: Data) -> String {
        guard let problem = try? decoder.decode(Problem.self, from: body) else { return excerpt(body) }
        let fields = (problem.errors ?? []).map { "\($0.field ?? $0.pointer ?? "?"): \($0.detail ?? $0.message ?? "")" }
        return ([problem.detail ?? problem.title ?? problem.error ?? excerpt(body)] + fields).joined(separator: "; ")
    }

    private static func excerpt(_ body: Data) -> String {
        String(decoding: body.prefix(300), as: UTF8.self)
    }

    private struct Envelope<Content: Decodable>: Decodable {
        let data: Content
    }

    private struct Problem: Decodable {
        struct Field: Decodable {
            let field: String?
            let pointer: String?
            let detail: String?
            let message: String?
        }

        let title: String?
        let detail: String?
        let error: String?
        let errors: [Field]?
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
