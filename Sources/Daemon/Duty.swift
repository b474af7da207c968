import CommCore
import Logging
import Metrics
import ServiceLifecycle
import Systemd

/// One background duty as a service: repeats a step, rests when there is nothing to do, backs off while something is away, and ends
/// between two steps when the daemon stops.
package struct Duty: Service {
    /// How a duty paces itself.
    package struct Pace: Sendable {
        /// Pause after a step that found nothing to do.
        package var idle: Duration
        /// Pauses after failures.
        package var backoff: Backoff

        package init(idle: Duration, backoff: Backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))) {
            self.idle = idle
            self.backoff = backoff
        }
    }

    private let name: String
    private let pace: Pace
    private let readiness: Readiness
    private let heartbeat: Heartbeat
    private let logger: Logger
    private let failures: Counter
    private let wake: WakeSignal?
    private let step: @Sendable () async throws -> Bool

    /// - Parameters:
    ///   - wake: ends a rest early.
    ///   - step: does a bounded piece of work; true when there is more to do at once.
    package init(
        _ name: String,
        pace: Pace,
        readiness: Readiness,
        heartbeat: Heartbeat,
        logger: Logger,
        wake: WakeSignal? = nil,
        step: @escaping @Sendable () async throws -> Bool
    ) {
        self.name = name
        self.pace = pace
        self.readiness = readiness
        self.heartbeat = heartbeat
        self.logger = logger
        self.failures = Counter(label: "comm_duty_failures_total", dimensions: [("duty", name)])
        self.wake = wake
        self.step = step
    }

    package func run() async throws {
        await readiness.whenReady()
        var failed = 0
        var random = SystemRandomNumberGenerator()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            heartbeat.beat()
            let signals = wake?.count ?? 0
            do {
                let hasMore = try await step()
                if failed > 0 { logger.notice("duty works again", metadata: ["duty": "\(name)", "failures": "\(failed)"]) }
                failed = 0
                if !hasMore { await pause(pace.idle, since: signals) }
            } catch {
                failed += 1
                failures.increment()
                logger.warning("duty failed", metadata: ["duty": "\(name)", "failures": "\(failed)", "error": "\(error)"])
                await pause(pace.backoff.pause(afterFailure: failed, using: &random))
            }
        }
    }

    /// - Parameter signals: how many there were; another one ends the pause. nil: none does.
    private func pause(_ duration: Duration, since signals: Int? = nil) async {
        // Sleeps in pieces that keep the heart beating; a shutdown ends the pause at once.
        try? await cancelWhenGracefulShutdown {
            var left = duration
            while left > .zero {
                heartbeat.beat()
                let piece = min(left, .seconds(5))
                if let wake, let signals {
                    await wake.wait(since: signals, upTo: piece)
                    if wake.count != signals { return }
                } else {
                    try await Task.sleep(for: piece)
                }
                left -= piece
            }
        }
    }
}
