import CommCore
import Foundation
import Logging
import Postgres

/// A bulk tag of a tenth of the tenant's contacts, as comm-stats runs it, and pages of the grid while it runs.
struct BulkBenchmark {
    struct Line {
        let name: String
        let contacts: Int
        let seconds: Double
        /// The 95th percentile of the pages that were asked for meanwhile, in milliseconds.
        let page: Double
    }

    let api: PostgresClient
    let worker: PostgresClient

    /// Tags list 2 with a tag of its own, then takes it back.
    func measure() async throws -> [Line] {
        let tag = "bench-\(UUID().uuidString.lowercased())"
        let filter = try PostgresJSON(encoding: ["field": "lists", "op": "any_of", "value": "00000000-0000-7000-9000-000000000002"])
        let bulk = operations(api)
        let tagging = try await timed("bulk tag") {
            try await bulk.submit(tenantID: GridBenchmark.tenant, .tag([tag]), .filter(filter, excluding: []), createdBy: "bench").id
        }
        let undoing = try await timed("its undo") {
            try await bulk.undo(tenantID: GridBenchmark.tenant, id: tagging.id, createdBy: "bench").id
        }
        return [tagging.line, undoing.line]
    }

    private func operations(_ client: PostgresClient) -> BulkOperations {
        BulkOperations(client: client, time: SystemTime(), logger: Logger(label: "comm-bench") { _ in SwiftLogNoOpLogHandler() })
    }

    private func timed(_ name: String, _ submit: () async throws -> UUID) async throws -> (id: UUID, line: Line) {
        let clock = ContinuousClock()
        let start = clock.now
        let id = try await submit()
        let pages = Task { try await self.pages() }
        let worker = operations(worker)
        var operation = try await operations(api).get(tenantID: GridBenchmark.tenant, id: id)
        while !operation.state.isFinal {
            // When others were in the way it is set back for a second.
            while try await worker.step() {}
            try await Task.sleep(for: .milliseconds(50))
            operation = try await operations(api).get(tenantID: GridBenchmark.tenant, id: id)
        }
        let seconds = (clock.now - start).inSeconds
        pages.cancel()
        let times = try await pages.value.sorted()
        guard operation.state == .completed else { throw BenchError("\(name) ended as \(operation.state)") }
        let line = Line(
            name: name,
            contacts: Int(operation.changed),
            seconds: seconds,
            page: times.isEmpty ? 0 : times[min(times.count - 1, times.count * 95 / 100)]
        )
        return (id, line)
    }

    /// First pages of everybody, one after the other until the task is cancelled.
    private func pages() async throws -> [Double] {
        let recipients = RecipientRepository(client: api, time: SystemTime())
        let clock = ContinuousClock()
        var times: [Double] = []
        while !Task.isCancelled {
            let start = clock.now
            do {
                _ = try await recipients.page(tenantID: GridBenchmark.tenant, RecipientQuery())
            } catch {
                if Task.isCancelled { break }
                throw error
            }
            times.append((clock.now - start).inSeconds * 1_000)
            try? await Task.sleep(for: .milliseconds(50))
        }
        return times
    }
}
