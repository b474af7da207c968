import FoundationEssentials
import Logging

/// Hands messages to the platform: a row in `email_logs` and a job on the Redis list, exactly once in effect.
///
/// The message id is the key of both. Rows are inserted first (what is there already is left alone), jobs are pushed by a script that
/// refuses an id it has seen. So every step can be repeated, and a job never stands without its row.
package struct MotoricalGateway: Gateway {
    package let name = "motorical"
    package let needsConfirmation = true

    private let logs: EmailLogRepository
    private let queue: DeliveryQueue
    private let highWater: Int
    private let faults: FaultPoints

    /// - Parameter highWater: no more is pushed while the list is longer than this.
    package init(logs: EmailLogRepository, queue: DeliveryQueue, highWater: Int, faults: FaultPoints) {
        self.logs = logs
        self.queue = queue
        self.highWater = highWater
        self.faults = faults
    }

    package func hasRoom() async throws -> Bool {
        try await queue.length() <= highWater
    }

    package func hasLostMemory(now: Date) async throws -> Bool {
        try await queue.hasLostMemory(now: now)
    }

    /// Known to Redis, or moved on by the platform: either proves that the job was pushed.
    package func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] {
        let pushed = try await queue.pushed(among: ids, scope: scope)
        var states: [UUID: HandoverState] = [:]
        for id in pushed { states[id] = .waiting }
        for (id, isTaken) in try await logs.progress(of: ids) where isTaken { states[id] = .taken }
        return states
    }

    /// Works through the batch in slices: a mail is a few times its size on its way, and memory has to stay small.
    package func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        guard let motorBlockID = batch.envelope.motorBlockID else {
            return batch.messages.map { _ in .failed(reason: "configuration: the platform needs a motor_block_id") }
        }
        let writer = JobWriter(envelope: batch.envelope, motorBlockID: motorBlockID, renderer: batch.renderer)
        var dispositions: [Disposition] = []
        for start in stride(from: 0, to: batch.messages.count, by: DeliveryQueue.jobsPerCall) {
            let slice = batch.messages[start..<min(start + DeliveryQueue.jobsPerCall, batch.messages.count)]
            dispositions += try await handOver(slice, of: batch, motorBlockID, writer: writer)
        }
        return dispositions
    }

    private func handOver(
        _ slice: ArraySlice<OutgoingMessage>,
        of batch: HandoverBatch,
        _ motorBlockID: UUID,
        writer: JobWriter
    ) async throws -> [Disposition] {
        try await faults.hit("render.before")
        var dispositions: [Disposition] = []
        var rows: [EmailLogRepository.Row] = []
        var jobs: [(id: UUID, job: [UInt8])] = []
        for message in slice {
            do {
                let written = try writer.write(message)
                rows.append(written.row)
                jobs.append((message.id, written.job))
                dispositions.append(.sent)
            } catch {
                dispositions.append(.failed(reason: error.code.rawValue))
            }
        }
        try await faults.hit("log.before")
        try await logs.insert(
            rows,
            motorBlockID: motorBlockID,
            fromAddress: batch.envelope.fromHeader,
            isRepeat: batch.isRepeat
        )
        try await faults.hit("log.after")
        try await faults.hit("push.before")
        _ = try await queue.push(jobs, scope: batch.scope)
        try await faults.hit("push.after")
        return dispositions
    }
}
