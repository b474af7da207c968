import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One bulk request for 100,000 recipients through a fresh comm-api; the messages stay in the queue.
struct IntakeRun: Sendable {
    let suite: BenchSuite

    /// Seconds from the request to its answer.
    func measure() async throws -> Double {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeTenant(on: suite.database)
        let api = try await suite.start("comm-api", portSetting: "COMM_PORT")
        do {
            let recipients = (0..<100_000).map { #"{"recipient":"person\#($0)@example.com","variables":{"name":"Person \#($0)"}}"# }
            let body = #"{"subject":"Hello {{name}}","body":"Text","recipients":[\#(recipients.joined(separator: ","))]}"#
            let client = try MessageClient(suite.settings(of: "comm-api"), tenantID: setup.tenantID)
            let started = ContinuousClock.now
            let answer = try await client.post("/api/v1/messages/bulk", body)
            let seconds = (ContinuousClock.now - started).inSeconds
            guard answer.contains(#""queued":100000"#) else { throw BenchError("the request answered \(answer.prefix(300))") }
            try await api.stop()
            return seconds
        } catch {
            api.stopNow()
            throw error
        }
    }
}

/// Posts to comm-api as a tenant.
struct MessageClient: Sendable {
    private let base: String
    private let token: String
    private let tenantID: UUID

    init(_ settings: [String: String], tenantID: UUID) throws {
        base = "http://127.0.0.1:\(try settings.required("COMM_PORT"))"
        token = try settings.required("COMM_INTERNAL_TOKEN")
        self.tenantID = tenantID
    }

    /// The body of a 202.
    func post(_ path: String, _ body: String) async throws -> String {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "X-Internal-Token", value: token)
        request.headers.add(name: "X-Tenant-Id", value: tenantID.uuidString.lowercased())
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(Array(body.utf8))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let answer = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard response.status == .accepted else { throw BenchError("\(path) answered \(response.status): \(answer.prefix(300))") }
        return answer
    }
}
