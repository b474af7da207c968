import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import comm_api

/// Values of the wrong type, in every field of every described body.
@Suite("A value of the wrong type is refused with its field's name", .database)
struct WrongTypesTests {
    private struct Case: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let field: String
        let body: String
    }

    @Test("on every route that changes something")
    func everyField() async throws {
        let cases = try Self.cases()
        #expect(cases.count >= 90)
        try await withAPI { client in
            let before = try await TenantIsolationTests.fingerprint(client)
            for entry in cases {
                let path = entry.path.replacing(/\{[a-z_]*id\}/, with: UUID().uuidString.lowercased()).replacing("{tag}", with: "vip")
                    .replacing("{type}", with: "receipt").replacing("{channel}", with: "email")
                let reply = try await client.send(entry.method, path, entry.body, headers: [.ifMatch: "*"])
                #expect([400, 422].contains(reply.status), "\(entry): \(reply.status) \(reply.text.prefix(300))")
                let names = reply.faultyFields
                #expect(
                    names.contains { $0 == entry.field || $0.hasPrefix(entry.field + ".") || $0.hasPrefix(entry.field + "[") },
                    "\(entry): \(reply.text.prefix(300))"
                )
            }
            #expect(try await TenantIsolationTests.fingerprint(client) == before)
        }
    }

    private static func member(_ value: JSONValue?, _ steps: String...) -> JSONValue? {
        steps.reduce(value) { value, step in if case .object(let members) = value { members[step] } else { nil } }
    }

    private static func cases() throws -> [Case] {
        let document = try JSONParser.parse(OpenAPIDocument.bytes)
        guard case .object(let paths) = member(document, "paths") else { return [] }
        var found: [Case] = []
        for (path, item) in paths.sorted(by: { $0.key < $1.key }) {
            guard case .object(let operations) = item else { continue }
            for (name, operation) in operations.sorted(by: { $0.key < $1.key }) where member(operation, "x-required-scope") != nil {
                guard let method = HTTPRequest.Method(rawValue: name.uppercased()) else { continue }
                var schema = member(operation, "requestBody", "content", "application/json", "schema")
                if case .string(let reference) = member(schema, "$ref") {
                    schema = member(document, "components", "schemas", String(reference.split(separator: "/").last ?? ""))
                }
                guard case .object(let properties) = member(schema, "properties") else { continue }
                for (field, description) in properties.sorted(by: { $0.key < $1.key }) {
                    guard let wrong = wrong(for: description) else { continue }
                    found.append(Case(method: method, path: path, field: field, body: #"{"\#(field)":\#(wrong)}"#))
                }
            }
        }
        return found
    }

    /// A value of a type that the description does not name; nil where it names none, or another description.
    private static func wrong(for description: JSONValue) -> String? {
        let types: [String]
        switch member(description, "type") {
        case .string(let type): types = [type]
        case .array(let several): types = several.compactMap { if case .string(let type) = $0 { type } else { nil } }
        default: return nil
        }
        if !types.contains("boolean") { return "true" }
        return types.contains("string") ? nil : "\"x\""
    }
}
