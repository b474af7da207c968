import Foundation
import Logging
import MIME
import SMTP
import ServiceLifecycle

/// Sends the mails of one batch, one after the other, and those that were put off again later.
struct DeliveryLane {
    let engine: DeliveryEngine

    private static let maximumAttempts = 5

    /// What one attempt came to.
    private enum Attempt {
        case done(DeliveryResult)
        case later(reason: SMTPReply)
        case unreachable
    }

    /// The result of each job; fewer when the shutdown comes while the server is away.
    func send(_ jobs: [DeliveryJob]) async -> [DeliveryResult] {
        var results: [DeliveryResult] = []
        var waiting = jobs
        var attempt = 1
        while !waiting.isEmpty {
            var putOff: [DeliveryJob] = []
            for job in waiting {
                switch await sendReachable(job) {
                case .done(let result): results.append(result)
                case .later(let reply) where attempt >= Self.maximumAttempts:
                    results.append(DeliveryResult(job: job, status: .failed, code: reply.code, reason: reply.text))
                case .later:
                    engine.stats.update { $0.deferrals += 1 }
                    putOff.append(job)
                case .unreachable: return results
                }
            }
            waiting = putOff
            if !waiting.isEmpty { await engine.pause(.milliseconds(100 << attempt)) }
            attempt += 1
        }
        return results
    }

    /// Waits as long as the server is away; `unreachable` only when the shutdown comes.
    private func sendReachable(_ job: DeliveryJob) async -> Attempt {
        var wait = Duration.milliseconds(100)
        while true {
            let attempt = await sendOnce(job)
            guard case .unreachable = attempt else { return attempt }
            if Task.isShuttingDownGracefully || Task.isCancelled { return .unreachable }
            await engine.pause(wait)
            wait = min(wait * 2, .seconds(5))
        }
    }

    private func sendOnce(_ job: DeliveryJob) async -> Attempt {
        do {
            try await engine.limit.wait()
            if engine.misbehaviour.slowSMTP > 0 { try await Task.sleep(for: .seconds(engine.misbehaviour.slowSMTP)) }
            let outcomes = await engine.pool.send(try job.message(at: Date()))
            return attempt(job, outcomes.first { !$0.isAccepted } ?? outcomes[0])
        } catch is CancellationError {
            return .unreachable
        } catch {
            engine.logger.error("A job can never be delivered", metadata: ["job": "\(job.id)", "error": "\(error)"])
            return .done(DeliveryResult(job: job, status: .failed, reason: "\(error)"))
        }
    }

    private func attempt(_ job: DeliveryJob, _ outcome: SMTPOutcome) -> Attempt {
        switch outcome {
        case .accepted: return .done(DeliveryResult(job: job, status: .delivered))
        case .rejected(let reply): return .done(DeliveryResult(job: job, status: .bounced, code: reply.code, reason: reply.text))
        case .deferred(let reply): return .later(reason: reply)
        case .notSent(let error) where !error.isTransient:
            return .done(DeliveryResult(job: job, status: .failed, code: error.reply?.code, reason: error.message))
        case .notSent(let error):
            engine.logger.warning("The SMTP server is away", metadata: ["error": "\(error)"])
            return .unreachable
        case .unknown(let error):
            // As a mail server does: a mail that may arrive twice is better than one that may be lost.
            engine.logger.warning("A mail may arrive twice", metadata: ["job": "\(job.id)", "error": "\(error)"])
            engine.stats.update { $0.unknownOutcomes += 1 }
            return .later(reason: SMTPReply(451, error.message))
        }
    }
}

extension SMTPOutcome {
    fileprivate var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }
}
