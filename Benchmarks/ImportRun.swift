import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One import through a fresh comm-api process.
struct ImportRun: Sendable {
    let suite: BenchSuite
    let file: URL
    let rows: Int

    struct Result: Sendable {
        let perSecond: Double
        let apiMemory: Int
    }

    private struct Answer: Decodable {
        struct Report: Decodable {
            let added: Int
        }

        let data: Report
    }

    func measure() async throws -> Result {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeTenant(on: suite.database)
        let api = try await suite.start("comm-api", portSetting: "COMM_PORT")
        do {
            let request = try request(for: setup)
            let started = ContinuousClock.now
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
            let body = try await response.body.collect(upTo: 1 << 20)
            let seconds = (ContinuousClock.now - started).inSeconds
            guard response.status == .ok else { throw BenchError("the import answered \(response.status): \(String(buffer: body))") }
            let added = try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView)).data.added
            guard added == rows else { throw BenchError("the import added \(added) of \(rows) rows") }
            let memory = try api.peakMemory()
            try await api.stop()
            return Result(perSecond: Double(rows) / seconds, apiMemory: memory)
        } catch {
            api.stopNow()
            throw error
        }
    }

    private func request(for setup: CampaignSetup) throws -> HTTPClientRequest {
        let settings = try suite.settings(of: "comm-api")
        let base = "http://127.0.0.1:\(try settings.required("COMM_PORT"))"
        var request = HTTPClientRequest(url: "\(base)/api/lists/\(setup.listID.uuidString.lowercased())/contacts/import")
        request.method = .POST
        request.headers.add(name: "X-Internal-Token", value: try settings.required("COMM_INTERNAL_TOKEN"))
        request.headers.add(name: "X-Tenant-Id", value: setup.tenantID.uuidString.lowercased())
        request.headers.add(name: "Content-Type", value: "text/csv")
        request.body = .bytes([UInt8](try Data(contentsOf: file)))
        return request
    }
}
