import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import comm_api

/// An answer of the API under test.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        bytes = Array(response.body.readableBytesView)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The value at a path such as `data.items[0].id`; nil when there is none.
    func value(_ path: String) -> JSONValue? {
        var value = try? JSONParser.parse(bytes)
        for step in path.split(whereSeparator: { ".[]".contains($0) }) {
            switch value {
            case .object(let members): value = members[String(step)]
            case .array(let elements): value = Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: return nil
            }
        }
        return value
    }

    func string(_ path: String) -> String? {
        if case .string(let text) = value(path) { text } else { nil }
    }

    func number(_ path: String) -> Int? {
        if case .number(let digits) = value(path) { Int(digits) } else { nil }
    }

    func id(_ path: String = "data.id") throws -> UUID {
        try #require(string(path).flatMap(UUID.init(uuidString:)), "no id at \(path): \(text.prefix(500))")
    }

    /// The fields that a problem names.
    var faultyFields: [String] {
        guard case .array(let errors) = value("errors") else { return [] }
        return errors.compactMap { if case .object(let error) = $0, case .string(let field) = error["field"] { field } else { nil } }
    }

    /// Expects a problem document of this status whose members agree with each other.
    func expectProblem(
        _ status: Int,
        code: String? = nil,
        field: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(text.prefix(500))", sourceLocation: sourceLocation)
        #expect(headers[.contentType]?.hasPrefix("application/problem+json") == true, sourceLocation: sourceLocation)
        #expect(number("status") == status, sourceLocation: sourceLocation)
        #expect(value("success") == .bool(false), sourceLocation: sourceLocation)
        #expect(string("detail")?.isEmpty == false && string("error") == string("detail"), sourceLocation: sourceLocation)
        #expect(string("request_id") == headers[.requestID], sourceLocation: sourceLocation)
        if let code { #expect(string("code") == code, sourceLocation: sourceLocation) }
        if let field { #expect(faultyFields.contains(field), "\(faultyFields)", sourceLocation: sourceLocation) }
    }
}
