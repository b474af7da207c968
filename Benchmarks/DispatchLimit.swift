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

    let suite: BenchSuite
    let jobs: [[UInt8]]

    private struct Row: Sendable {
        let id: UUID
        let motorBlockID: UUID
        let from: [UInt8]
        let to: [UInt8]
        let subject: [UInt8]
        let size: Int32
        let metadata: [UInt8]
    }

    /// Messages per second.
    func measure() async throws -> Double {
        let rows = try await readRows()
        guard !jobs.isEmpty, !rows.isEmpty else { throw BenchError("there is no campaign to measure the limit with") }
        try await suite.platform.execute("TRUNCATE email_logs CASCADE")
        _ = try await suite.redis.send(["FLUSHALL"])
        try await suite.platform.execute("CHECKPOINT")
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes { group.addTask { try await write(rows, lane: lane) } }
            group.addTask {
                _ = try await DeliveryListConsumer(redis: suite.redis, list: "email_delivery_queue").consume(rows.count)
            }
            try await group.waitForAll()
        }
        return Double(rows.count) / (ContinuousClock.now - started).inSeconds
    }

    private func readRows() async throws -> [Row] {
        let rows = try await suite.platform.query(
            "SELECT id, motor_block_id, from_address, to_address, subject, body_size, metadata::text AS metadata FROM email_logs ORDER BY id"
        )
        return try rows.map { row in
            Row(
                id: try row.get("id"),
                motorBlockID: try row.get("motor_block_id"),
                from: Array((try row.get("from_address") as String).utf8),
                to: Array((try row.get("to_address") as String).utf8),
                subject: Array((try row.get("subject") as String).utf8),
                size: try row.get("body_size"),
                metadata: Array((try row.get("metadata") as String).utf8)
            )
        }
    }

    private func write(_ rows: [Row], lane: Int) async throws {
        for start in stride(from: lane * Self.batch, to: rows.count, by: Self.lanes * Self.batch) {
            let range = start..<min(start + Self.batch, rows.count)
            try await copy(rows[range])
            for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.depth) {
                let places = first..<min(first + Self.depth, range.upperBound)
                let commands = places.map { RedisCommand("LPUSH", ["email_delivery_queue", .bytes(jobs[$0 % jobs.count])]) }
                _ = try await suite.redis.pipeline(commands)
            }
        }
    }

    private func copy(_ rows: ArraySlice<Row>) async throws {
        let statement = """
            COPY email_logs (id, motor_block_id, from_address, to_address, subject, body_size, status, metadata) FROM STDIN (FORMAT binary)
            """
        _ = try await suite.platform.withConnection { connection in
            try await connection.copyIn(statement) { writer in
                for row in rows {
                    try writer.row(columns: 8) { fields in
                        fields.write(row.id)
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
