import Foundation
import Logging
import SMTP
import ServiceLifecycle

/// Takes jobs from the list, delivers them by SMTP, records and reports what became of them.
///
/// A fixed number of lanes; each has one batch in hand and takes the next when that is finished. The order of the steps makes a killed
/// engine harmless: a batch leaves Redis only after its results are recorded.
struct DeliveryEngine: Service {
    let queue: JobQueue
    let rows: EmailLogRepository
    let pool: SMTPConnectionPool
    let reporter: WebhookReporter
    let stats: EngineStats
    let limit: RateLimit
    let misbehaviour: Misbehaviour
    let lanes: Int
    let batchSize: Int
    let logger: Logger
    let ledger = JobLedger()

    /// Works until the shutdown, then finishes the batches in hand.
    func run() async throws {
        let leftovers = await retry("The list cannot be read") { try await queue.leftovers() } ?? []
        for batch in leftovers { await deliver(batch) }
        await withDiscardingTaskGroup { group in
            for _ in 0..<lanes { group.addTask { await runLane() } }
        }
        await pool.close()
        logger.info("engine stopped", metadata: ["jobs": "\(stats.current.jobsTaken)"])
    }

    private func runLane() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard let batch = await retry("The list cannot be read", { try await queue.take(batchSize) }) ?? nil else {
                await pause(.milliseconds(50))
                continue
            }
            await deliver(batch)
        }
    }

    /// Brings a batch to its end; when the shutdown cuts it short, it stays in Redis for the next start.
    private func deliver(_ batch: JobQueue.Batch) async {
        let jobs = await accept(batch)
        defer { stats.update { $0.inFlight -= jobs.count } }
        guard let fresh = await startable(jobs, isRecovered: batch.isRecovered) else { return }
        let results = await DeliveryLane(engine: self).send(fresh)
        let now = Date()
        guard await retry("Results cannot be recorded", { try await rows.record(results, at: now) }) != nil else { return }
        count(results)
        await reporter.report(results, at: now)
        guard results.count == fresh.count else { return }
        _ = await retry("A batch cannot be finished") { try await queue.finish(batch) }
    }

    /// Reads the jobs and leaves out those that cannot be read or were taken before.
    private func accept(_ batch: JobQueue.Batch) async -> [DeliveryJob] {
        var jobs: [DeliveryJob] = []
        for json in batch.jobs {
            do {
                jobs.append(try DeliveryJob(json: json))
            } catch {
                logger.error("A list entry is no job", metadata: ["error": "\(error)"])
                stats.update { $0.invalidJobs += 1 }
            }
        }
        let (fresh, duplicates) = ledger.part(jobs)
        for job in duplicates { refuse(job, "A job was pushed twice") }
        stats.update { stats in
            stats.jobsTaken += batch.isRecovered ? 0 : batch.jobs.count
            stats.recovered += batch.isRecovered ? batch.jobs.count : 0
            stats.uniqueJobs += fresh.count
            stats.inFlight += fresh.count
        }
        return fresh
    }

    private func refuse(_ job: DeliveryJob, _ message: Logger.Message) {
        logger.error(message, metadata: ["job": "\(job.id.uuidString.lowercased())"])
        stats.update { $0.duplicates += 1 }
    }

    /// Moves the rows on to `processing` and leaves out jobs that an earlier run has delivered; nil when the shutdown came first.
    private func startable(_ jobs: [DeliveryJob], isRecovered: Bool) async -> [DeliveryJob]? {
        guard let marked = await retry("Rows cannot be marked", { try await rows.markProcessing(jobs.map(\.id), at: Date()) }) else {
            return nil
        }
        let others = jobs.filter { !marked.contains($0.id) }
        guard !others.isEmpty else { return jobs }
        guard let statuses = await retry("Rows cannot be read", { try await rows.statuses(of: others.map(\.id)) }) else { return nil }
        return jobs.filter { job in
            guard !marked.contains(job.id) else { return true }
            guard let status = statuses[job.id] else {
                logger.error("A job has no row in email_logs", metadata: ["job": "\(job.id.uuidString.lowercased())"])
                stats.update { $0.withoutRow += 1 }
                return true
            }
            if isRecovered { return status == "processing" }
            refuse(job, "A job was pushed again after it had been taken")
            return false
        }
    }

    private func count(_ results: [DeliveryResult]) {
        stats.update { stats in
            for result in results {
                switch result.status {
                case .delivered: stats.delivered += 1
                case .bounced: stats.bounced += 1
                case .failed: stats.failed += 1
                }
                if result.status == .delivered, result.job.complains { stats.complained += 1 }
            }
        }
    }
}

extension DeliveryEngine {
    /// Repeats until it works; nil when the shutdown comes first.
    private func retry<R: Sendable>(_ complaint: Logger.Message, _ body: () async throws -> R) async -> R? {
        var wait = Duration.milliseconds(100)
        while true {
            do {
                return try await body()
            } catch {
                logger.warning(complaint, metadata: ["error": "\(error)"])
                if Task.isShuttingDownGracefully || Task.isCancelled { return nil }
                await pause(wait)
                wait = min(wait * 2, .seconds(5))
            }
        }
    }

    /// Sleeps until the time has passed or the shutdown begins.
    func pause(_ duration: Duration) async {
        await cancelWhenGracefulShutdown { try? await Task.sleep(for: duration) }
    }
}
