import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import comm_api

/// Ids of somebody else where they are no part of the path: in queries and in bodies, on every route that is described.
@Suite("Another tenant's ids in queries and bodies", .database)
struct ForeignParametersTests {
    private struct Owned: Sendable {
        let campaign: UUID
        let list: UUID
        let contact: UUID
        let template: UUID
        let suppression: UUID

        /// What somebody would put into a field of that name.
        func value(for name: String) -> String? {
            let id: UUID? =
                switch name {
                case _ where name.contains("campaign"): campaign
                case _ where name.contains("list"): list
                case _ where name.contains("contact") || name.contains("recipient"): contact
                case _ where name.contains("template"): template
                case _ where name.contains("suppression") || name.contains("resource"): suppression
                default: nil
                }
            if let id { return id.uuidString.lowercased() }
            return ["email", "contact_email", "search", "q", "address"].contains(name) ? "private-person@ex.test" : nil
        }
    }

    private static func make(_ owner: APIClient) async throws -> Owned {
        let contact = try await owner.makeContact("private-person@ex.test")
        let suppression = try await owner.send(.post, "/api/suppressions", #"{"email":"private-person@ex.test","scope":"marketing"}"#).id()
        let campaign = try await owner.makeCampaign()
        let list = try await owner.makeList("Private list")
        _ = try await owner.send(.post, "/api/lists/\(list)/contacts", #"{"contact_ids":["\#(contact)"]}"#)
        return Owned(
            campaign: campaign,
            list: list,
            contact: contact,
            template: try await owner.makeTemplate(),
            suppression: suppression
        )
    }

    private static func value(_ value: JSONValue?, _ steps: String...) -> JSONValue? {
        steps.reduce(value) { value, step in if case .object(let members) = value { members[step] } else { nil } }
    }

    /// Every operation of a tenant, with its description.
    private static func operations() throws -> [(method: HTTPRequest.Method, path: String, operation: JSONValue)] {
        let document = try JSONParser.parse(OpenAPIDocument.bytes)
        guard case .object(let paths) = value(document, "paths") else { return [] }
        var found: [(HTTPRequest.Method, String, JSONValue)] = []
        for (path, item) in paths.sorted(by: { $0.key < $1.key }) {
            guard case .object(let operations) = item else { continue }
            for (name, operation) in operations.sorted(by: { $0.key < $1.key }) where value(operation, "x-required-scope") != nil {
                guard let method = HTTPRequest.Method(rawValue: name.uppercased()) else { continue }
                found.append((method, path, operation))
            }
        }
        return found
    }

    @Test("a query that names them shows nothing of theirs")
    func queries() async throws {
        try await withAPI { owner in
            let owned = try await Self.make(owner)
            let stranger = try await owner.withNewTenant().withKey("all")
            var tried = 0
            for (method, path, operation) in try Self.operations() where method == .get && !path.contains("{") {
                guard case .array(let parameters) = Self.value(operation, "parameters") else { continue }
                var query: [String] = []
                for parameter in parameters {
                    guard case .string(let name) = Self.value(parameter, "name"), let value = owned.value(for: name) else { continue }
                    query.append("\(name)=\(value)")
                }
                for part in query {
                    let reply = try await stranger.send(.get, "\(path)?\(part)")
                    #expect(reply.status < 500, "\(path)?\(part): \(reply.text.prefix(300))")
                    let shown = reply.text.replacing(part.split(separator: "=")[1], with: "")
                    for word in ["private-person", "Private list", "\"Cee\"", "Spring"] {
                        #expect(!shown.contains(word), "\(path)?\(part): \(reply.text.prefix(300))")
                    }
                    tried += 1
                }
            }
            #expect(tried >= 5)
        }
    }

    @Test("a body that names them changes nothing of theirs")
    func bodies() async throws {
        try await withAPI { owner in
            let owned = try await Self.make(owner)
            let before = try await TenantIsolationTests.fingerprint(owner)
            let platform = try await owner.withNewTenant()
            let stranger = try await platform.withKey("all")
            let document = try JSONParser.parse(OpenAPIDocument.bytes)
            var tried = 0
            for (method, path, operation) in try Self.operations() where method != .get && !path.contains("{") && path != "/api/keys" {
                let schema = Self.value(operation, "requestBody", "content", "application/json", "schema")
                guard let schema, case .string(let reference) = Self.value(schema, "$ref"), let name = reference.split(separator: "/").last,
                    case .object(let properties) = Self.value(document, "components", "schemas", String(name), "properties")
                else { continue }
                var fields: [String: JSONValue] = [:]
                for (field, type) in properties {
                    let isList = Self.value(type, "type") == .string("array")
                    if let id = owned.value(for: field == "ids" ? Self.singular(of: path) : field), field != "search" {
                        fields[field] = isList ? .array([.string(id)]) : .string(id)
                    } else if field == "name" || field == "reason" {
                        fields[field] = .string("taken over")
                    }
                }
                let body = String(decoding: try WireEncoder.encode(JSONValue.object(fields)), as: UTF8.self)
                let reply = try await stranger.send(method, path, body)
                #expect(reply.status < 500, "\(method) \(path) \(body): \(reply.text.prefix(300))")
                tried += 1
            }
            #expect(tried >= 8)
            #expect(try await TenantIsolationTests.fingerprint(owner) == before)
        }
    }

    /// What the `ids` of a path are of.
    private static func singular(of path: String) -> String {
        String(path.split(separator: "/").dropFirst().first?.dropLast() ?? "")
    }
}
