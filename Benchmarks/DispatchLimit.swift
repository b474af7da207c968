import Foundation
import Postgres
import Redis

/// What the machine can do: the email_logs rows and jobs of the campaign before, written with nothing else to do.
///
/// Two lanes with a connection each; a batch is one committed binary COPY, then one LPUSH for each job, pipelined 100 deep.
struct DispatchLimit: Sendable {
    private static let lanes = 2
    private static let batch = 500
    private static let depth = 100
    /// Rows whose content is kept and written again and again under the campaign's ids.
    private static let samples = 500

    let suite: BenchSuite
    let jobs: [[UInt8]]

    private struct Row: Sendable {
        let motorBlockID: UUID
        let from: [UInt8]
        let to: [UInt8]
        let subject: [UInt8]
        let size: Int32
        let metadata: [UInt8]
    }

    /// Messages per second.
    func measure() async throws -> Double {
        let ids: [UUID] = try await suite.platform.query("SELECT id FROM email_logs ORDER BY id").map { try $0.get("id") }
        let rows = try await readRows()
        guard !jobs.isEmpty, !rows.isEmpty else { throw BenchError("there is no campaign to measure the limit with") }
        try await suite.platform.execute("TRUNCATE email_logs CASCADE")
        _ = try await suite.redis.send(["FLUSHALL"])
        try await suite.platform.execute("CHECKPOINT")
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes { group.addTask { try await write(ids, rows, lane: lane) } }
            group.addTask {
                _ = try await DeliveryListConsumer(redis: suite.redis, list: "email_delivery_queue").consume(ids.count)
            }
            try await group.waitForAll()
        }
        return Double(ids.count) / (ContinuousClock.now - started).inSeconds
    }

    private func readRows() async throws -> [Row] {
        let rows = try await suite.platform.query(
            """
            SELECT motor_block_id, from_address, to_address, subject, body_size, metadata::text AS metadata FROM email_logs
            ORDER BY id LIMIT \(Self.samples)
            """
        )
        return try rows.map { row in
            Row(
                motorBlockID: try row.get("motor_block_id"),
                from: Array((try row.get("from_address") as String).utf8),
                to: Array((try row.get("to_address") as String).utf8),
                subject: Array((try row.get("subject") as String).utf8),
                size: try row.get("body_size"),
                metadata: Array((try row.get("metadata") as String).utf8)
            )
        }
    }

    private func write(_ ids: [UUID], _ rows: [Row], lane: Int) async throws {
        for start in stride(from: lane * Self.batch, to: ids.count, by: Self.lanes * Self.batch) {
            let range = start..<min(start + Self.batch, ids.count)
            try await copy(ids[range], rows)
            for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.depth) {
                let places = first..<min(first + Self.depth, range.upperBound)
                let commands = places.map { RedisCommand("LPUSH", ["email_delivery_queue", .bytes(jobs[$0 % jobs.count])]) }
                _ = try await suite.redis.pipeline(commands)
            }
        }
    }

    private func copy(_ ids: ArraySlice<UUID>, _ rows: [Row]) async throws {
        let statement = """
            COPY email_logs (id, motor_block_id, from_address, to_address, subject, body_size, status, metadata) FROM STDIN (FORMAT binary)
            """
        _ = try await suite.platform.withConnection { connection in
            try await connection.copyIn(statement) { writer in
                for (place, id) in zip(ids.indices, ids) {
                    let row = rows[place % rows.count]
                    try writer.row(columns: 8) { fields in
                        fields.write(id)
                        fields.write(row.motorBlockID)
                        fields.write(utf8: row.from)
                        fields.write(utf8: row.to)
                        fields.write(utf8: row.subject)
                        fields.write(row.size)
                        fields.write("queued")
                        fields.writeJSONB(row.metadata)
                    }
                }
            }
        }
    }
}
