import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// A client of the suite over HTTP: JSON in, the `data` of the answer out.
struct SuiteClient: Sendable {
    let http: HTTPClient
    let base: String
    var headers: HTTPHeaders = [:]

    /// Redirects are looked at, not followed; the names in links lead to this machine, whose certificate nobody signed.
    static var configuration: HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.dnsOverride = ["comm.example.org": "127.0.0.1", "track.example.org": "127.0.0.1"]
        return configuration
    }

    /// The status of a page; nil while nobody answers.
    static func status(of url: String, by http: HTTPClient) async throws -> UInt? {
        guard let response = try? await http.execute(HTTPClientRequest(url: url), timeout: .seconds(5)) else { return nil }
        _ = try? await response.body.collect(upTo: 1 << 20)
        return response.status.code
    }

    func adding(_ name: String, _ value: String) -> SuiteClient {
        var copy = self
        copy.headers.replaceOrAdd(name: name, value: value)
        return copy
    }

    /// Sends JSON, or nothing, and decodes the `data` of the answer.
    func send<Answer: Decodable>(_ method: HTTPMethod, _ path: String, _ json: String? = nil, as: Answer.Type = Answer.self) async throws
        -> Answer
    {
        let body = try await perform(method, path, json.map { ("application/json", $0) })
        return try Self.decoder.decode(SuiteWire.Envelope<Answer>.self, from: body).data
    }

    /// Sends JSON, or nothing; only success matters.
    func perform(_ method: HTTPMethod, _ path: String, _ json: String? = nil) async throws {
        _ = try await perform(method, path, json.map { ("application/json", $0) })
    }

    /// Imports a CSV file.
    func upload(_ path: String, csv: String) async throws -> SuiteWire.Imported {
        let body = try await perform(.POST, path, ("text/csv", csv))
        return try Self.decoder.decode(SuiteWire.Envelope<SuiteWire.Imported>.self, from: body).data
    }

    /// Fetches a document that has no envelope.
    func document<Answer: Decodable>(_ path: String, as: Answer.Type = Answer.self) async throws -> Answer {
        try Self.decoder.decode(Answer.self, from: try await perform(.GET, path, nil as (String, String)?))
    }

    /// One request as a browser or mail program makes it; any status is an answer.
    func visit(_ method: HTTPMethod, _ url: String, form: String? = nil) async throws -> (status: UInt, location: String?) {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "User-Agent", value: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
        request.headers.add(name: "Accept-Language", value: "en-GB,en;q=0.8")
        request.headers.add(name: "Sec-Fetch-User", value: "?1")
        if let form {
            request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(ByteBuffer(string: form))
        }
        let response = try await http.execute(request, timeout: .seconds(20))
        _ = try await response.body.collect(upTo: 1 << 20)
        return (response.status.code, response.headers.first(name: "Location"))
    }

    private func perform(_ method: HTTPMethod, _ path: String, _ content: (type: String, text: String)?) async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers = headers
        if let content {
            request.headers.replaceOrAdd(name: "Content-Type", value: content.type)
            request.body = .bytes(ByteBuffer(string: content.text))
        }
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = Data(try await response.body.collect(upTo: 4 << 20).readableBytesView)
        guard (200..<300).contains(response.status.code) else {
            throw HarnessError("\(method) \(path): \(response.status.code) \(String(decoding: body.prefix(600), as: UTF8.self))")
        }
        return body
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
