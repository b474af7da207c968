import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Postgres
import Systemd
import Telemetry

@testable import comm_api

/// A client of the API under test, with one credential.
struct APIClient: Sendable {
    static let internalToken = "internal-token-of-the-test-suite-0123456789"
    static let webhookSecret = "webhook-secret-of-the-test-suite-0123456789"
    static let signingSecret = "signing-secret-of-the-test-suite-0123456789"

    let http: any TestClientProtocol
    let routes: [DeclaredRoute]
    let time: ManualTime
    /// The owner's pool: sees every tenant.
    let database: PostgresClient
    var tenantID: UUID
    var credential: HTTPFields

    static func configuration(
        databaseURL: String? = nil,
        maxImportBytes: Int = 2_000_000,
        importsPerWindow: Int = 0,
        redisURL: String? = nil,
        settings: [String: String] = [:]
    ) throws -> APIConfiguration {
        let standard = [
            "COMM_ENVIRONMENT": "development",
            "COMM_DB_URL": databaseURL ?? TestDatabase.current.url,
            "COMM_DB_POOL_SIZE": "6",
            "REDIS_URL": try redisURL ?? TestEnvironment.redisURL(),
            "SERVICE_JWT_SECRET": signingSecret,
            "COMM_INTERNAL_TOKEN": internalToken,
            "COMM_WEBHOOK_SECRET": webhookSecret,
            "COMM_MAX_IMPORT_BYTES": String(maxImportBytes),
            "COMM_IMPORTS_PER_15_MINUTES": String(importsPerWindow),
        ]
        return try APIConfiguration(environment: standard.merging(settings) { $1 })
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        var headers = headers
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await send(method, path, body: json.map { Array($0.utf8) }, headers: headers)
    }

    func send(_ method: HTTPRequest.Method, _ path: String, body: [UInt8]?, headers: HTTPFields = [:]) async throws -> Reply {
        var all = credential
        for field in headers { all[field.name] = field.value }
        return Reply(
            try await http.executeRequest(uri: path, method: method, headers: all, body: body.map { ByteBuffer(bytes: $0) })
        )
    }

    /// The same client with other credentials.
    func with(_ credential: HTTPFields) -> APIClient {
        var copy = self
        copy.credential = credential
        return copy
    }

    /// The platform, for a tenant made for the purpose.
    func withNewTenant() async throws -> APIClient {
        let reply = try await with([.internalToken: Self.internalToken])
            .send(.post, "/api/provision/tenant", #"{"motorical_account_id":"\#(UUID())"}"#)
        var copy = self
        copy.tenantID = try reply.id("data.tenant_id")
        copy.credential = [.internalToken: Self.internalToken, .tenantID: copy.tenantID.uuidString]
        return copy
    }

    /// A key of the tenant with these scopes.
    func withKey(_ scopes: String...) async throws -> APIClient {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        let reply = try await send(.post, "/api/keys", #"{"name":"test","scopes":[\#(list)]}"#)
        return with([.authorization: "Bearer \(reply.string("data.key") ?? "")"])
    }
}

/// Runs the API with its services on the test's own database, as the role that it has in production.
///
/// - Parameters:
///   - databaseURL: of another database than the test's, for one that is away.
///   - listening: on a port, with everything that a connection passes; else the router alone.
///   - settings: further settings.
///   - fetch: what stands in for the servers of public keys.
///   - streams: how event streams pace themselves; they end soon, so that whoever asks for every route comes to an end.
///   - patience: how long a client may take nothing.
func withAPI(
    databaseURL: String? = nil,
    maxImportBytes: Int = 2_000_000,
    importsPerWindow: Int = 0,
    redisURL: String? = nil,
    settings: [String: String] = [:],
    listening: Bool = false,
    fetch: (@Sendable (String) async throws -> [UInt8])? = nil,
    streams: EventStreamPace = EventStreamPace(poll: .milliseconds(50), longest: .seconds(1)),
    patience: StalledReaderHandler.Patience = StalledReaderHandler.Patience(),
    _ body: @Sendable @escaping (APIClient) async throws -> Void
) async throws {
    let configuration = try APIClient.configuration(
        databaseURL: databaseURL,
        maxImportBytes: maxImportBytes,
        importsPerWindow: importsPerWindow,
        redisURL: redisURL,
        settings: settings
    )
    let time = ManualTime(Date())
    let surroundings = API.Surroundings(
        time: time,
        registry: PrometheusRegistry(configuration: PrometheusConfiguration()),
        notifier: SystemdNotifier(environment: [:]),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        fetch: fetch,
        streams: streams,
        patience: patience
    )
    let api = try API.build(configuration, in: surroundings, role: "comm_api")
    var server = api.server
    server.addServices(api.services)
    let database = TestDatabase.current.client
    let routes = api.routes
    try await server.test(listening ? .live : .router) { http in
        let client = APIClient(http: http, routes: routes, time: time, database: database, tenantID: UUID(), credential: [:])
        try await body(databaseURL == nil ? client.withNewTenant() : client)
    }
}
