import CommCore
import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Systemd
import Telemetry
import Testing

@testable import comm_api

/// What a tool makes of the API that knows nothing but its description: examples, edges of every parameter, random requests.
@Suite("The API against its description", .database, .serialized)
struct SchemathesisTests {
    private static let tool = TestEnvironment.projectFolder.appending(path: ".local/schemathesis/bin/schemathesis")
    private static let seconds = ProcessInfo.processInfo.environment["COMM_TEST_SCHEMATHESIS_SECONDS"].flatMap { Int($0) } ?? 60

    @Test(
        "no request that the description allows, or nearly allows, meets a server error",
        .enabled(if: FileManager.default.isExecutableFile(atPath: tool.path), "scripts/schemathesis.sh installs the tool"),
        .timeLimit(.minutes(5))
    )
    func noServerError() async throws {
        let names = RateClass.allCases.map { "COMM_RATE_\($0.rawValue.uppercased())_PER_MINUTE" }
        let settings = Dictionary(uniqueKeysWithValues: names.map { ($0, "0") })
        let configuration = try APIClient.configuration(settings: settings)
        let time = ManualTime(Date())
        let surroundings = API.Surroundings(
            time: time,
            registry: PrometheusRegistry(configuration: PrometheusConfiguration()),
            notifier: SystemdNotifier(environment: [:]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let api = try API.build(configuration, in: surroundings, role: "comm_api")
        var server = api.server
        server.addServices(api.services)
        let database = TestDatabase.current.client
        try await server.test(.ahc()) { http in
            let client = APIClient(http: http, routes: api.routes, time: time, database: database, tenantID: UUID(), credential: [:])
            let tenant = try await client.withNewTenant()
            try await Self.seed(tenant)
            let key = try await tenant.withKey("all")
            let port = try #require(http.port)
            let (status, output) = try await Self.run(port: port, authorization: try #require(key.credential[.authorization]))
            #expect(status == 0, "\(output.suffix(6_000))")
            let after = try await client.send(.get, "/api/health")
            #expect(after.status == 200)
        }
    }

    /// Something of everything, so that lists are not empty.
    private static func seed(_ client: APIClient) async throws {
        let campaign = try await client.makeCampaign()
        _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
        let list = try await client.makeList("Imported")
        _ = try await client.importCSV("email,name\na@ex.test,Ann\nb@ex.test,Bob\nbroken\n", into: list)
        _ = try await client.send(.post, "/api/suppressions", #"{"email":"s@ex.test"}"#)
        _ = try await client.send(.post, "/api/suppressions", #"{"domain":"spam.example"}"#)
    }

    /// A method that HTTP does not know is answered with 501, as HTTP wants it; the tool takes that for an error of the server.
    private static let settings = """
        [phases.coverage]
        unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]

        """

    private static func run(port: Int, authorization: String) async throws -> (Int32, String) {
        let file = FileManager.default.temporaryDirectory.appending(path: "schemathesis-\(UUID().uuidString).toml")
        try Data(settings.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = tool
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.arguments = [
            "--config-file", file.path, "run", "http://127.0.0.1:\(port)/openapi.json", "--header", "Authorization: \(authorization)",
            "--checks", "not_a_server_error",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--max-time", String(seconds), "--seed", "1", "--workers", "1",
            "--request-timeout", "20", "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all",
            "--generation-database", "none", "--no-color",
            // The platform's own calls need its token; keys are revoked by it, which would end the run.
            "--exclude-path-regex", "^/api/(provision|deprovision|keys)",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                let output = pipe.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, String(decoding: output, as: UTF8.self)))
            }
        }
    }
}
