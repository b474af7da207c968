import CommTesting
import HTTPTypes
import Testing

@testable import comm_api

@Suite("The description of the API", .database)
struct OpenAPITests {
    @Test("every route is described, and everything described is a route")
    func complete() async throws {
        try await withAPI { client in
            let reply = try await client.with([:]).send(.get, "/openapi.json")
            #expect(reply.status == 200 && reply.string("openapi")?.hasPrefix("3.1") == true)
            guard case .object(let paths) = reply.value("paths") else { return #expect(Bool(false), "no paths") }
            var described: Set<String> = []
            for (path, item) in paths {
                guard case .object(let operations) = item else { continue }
                for method in operations.keys { described.insert("\(method.uppercased()) \(path)") }
            }
            let routes = Set(client.routes.map { "\($0.method.rawValue) \($0.path)" })
            #expect(routes.subtracting(described).isEmpty && described.subtracting(routes).isEmpty)
        }
    }

    @Test("every reference leads somewhere, every operation names its answers, and tenants' routes name their scope")
    func references() throws {
        let document = try JSONParser.parse(OpenAPIDocument.bytes)
        var references: [String] = []
        Self.collect(document, into: &references)
        #expect(!references.isEmpty)
        for reference in Set(references) {
            let steps = reference.dropFirst(2).split(separator: "/").map(String.init)
            #expect(reference.hasPrefix("#/") && Self.value(document, steps) != nil, "\(reference)")
        }
        guard case .object(let paths) = Self.value(document, ["paths"]) else { return #expect(Bool(false), "no paths") }
        for (path, item) in paths {
            guard case .object(let operations) = item else { continue }
            for (method, operation) in operations {
                guard case .object(let responses) = Self.value(operation, ["responses"]) else {
                    return #expect(Bool(false), "\(method) \(path)")
                }
                #expect(responses.keys.contains { $0.hasPrefix("2") || $0 == "302" } && responses["500"] != nil, "\(method) \(path)")
                #expect(Self.value(operation, ["security"]) != nil && Self.value(operation, ["operationId"]) != nil, "\(method) \(path)")
                let isTenants = responses["403"] != nil
                #expect(isTenants == (Self.value(operation, ["x-required-scope"]) != nil), "\(method) \(path)")
            }
        }
    }

    @Test("the scope that is described is the scope that is asked for")
    func scopes() async throws {
        try await withAPI { client in
            let document = try JSONParser.parse(OpenAPIDocument.bytes)
            let stranger = try await client.withKey("templates:read")
            for route in client.routes {
                let steps = ["paths", route.path, route.method.rawValue.lowercased(), "x-required-scope"]
                guard case .string(let scope) = Self.value(document, steps), scope != "templates:read" else { continue }
                let reply = try await stranger.send(route.method, route.filled(with: client.tenantID))
                #expect(reply.status == 403 && reply.string("required_scope") == scope, "\(route)")
            }
        }
    }

    private static func value(_ value: JSONValue, _ steps: [String]) -> JSONValue? {
        steps.reduce(Optional(value)) { value, step in
            if case .object(let members) = value { members[step] } else { nil }
        }
    }

    private static func collect(_ value: JSONValue, into references: inout [String]) {
        switch value {
        case .object(let members):
            if case .string(let reference) = members["$ref"] { references.append(reference) }
            for member in members.values { collect(member, into: &references) }
        case .array(let elements): for element in elements { collect(element, into: &references) }
        default: break
        }
    }
}
