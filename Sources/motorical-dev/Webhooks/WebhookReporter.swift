import Foundation
import Logging
import ServiceLifecycle

/// Reports what became of messages, several at once, until the receiver has taken each event.
struct WebhookReporter: Service {
    private let sender: WebhookSender
    private let kinds: Set<WebhookEvent.Kind>
    private let concurrency: Int
    private let misbehaviour: Misbehaviour
    private let dice: Dice
    private let stats: EngineStats
    private let logger: Logger
    private let buffer = WebhookBuffer(capacity: 200_000)
    private let delayed: AsyncStream<WebhookEvent>
    private let delay: AsyncStream<WebhookEvent>.Continuation

    init(
        sender: WebhookSender,
        kinds: Set<WebhookEvent.Kind>,
        concurrency: Int,
        misbehaviour: Misbehaviour,
        dice: Dice,
        stats: EngineStats,
        logger: Logger
    ) {
        self.sender = sender
        self.kinds = kinds
        self.concurrency = concurrency
        self.misbehaviour = misbehaviour
        self.dice = dice
        self.stats = stats
        self.logger = logger
        (delayed, delay) = AsyncStream.makeStream()
    }

    /// Posts events; at the shutdown the rest is posted before it returns.
    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    for _ in 0..<concurrency { group.addTask { await work() } }
                    group.addTask { await releaseDelayed() }
                }
            } onCancel: {
                delay.finish()
            }
        } onGracefulShutdown: {
            delay.finish()
        }
        let left = stats.current.webhooksPending
        logger.info("reporter stopped", metadata: ["unreported": "\(left)"])
    }

    /// Queues the events of a batch; waits while the receiver is far behind.
    func report(_ results: [DeliveryResult], at now: Date) async {
        await buffer.waitForRoom()
        let time = now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        for event in results.flatMap({ WebhookEvent.events(of: $0, occurredAt: time) }) where kinds.contains(event.type) {
            if dice.happens(misbehaviour.dropWebhooks) {
                stats.update { $0.webhooksDropped += 1 }
                continue
            }
            let isDoubled = dice.happens(misbehaviour.duplicateWebhooks)
            stats.update { stats in
                stats.webhooksDuplicated += isDoubled ? 1 : 0
                stats.webhooksPending += isDoubled ? 2 : 1
            }
            enqueue(event)
            if isDoubled { enqueue(event) }
        }
    }

    private func enqueue(_ event: WebhookEvent) {
        if misbehaviour.delayWebhooks > 0 { delay.yield(event) } else { buffer.add(event) }
    }

    /// Lets delayed events go after their time, or all at once at the shutdown; then nothing more comes, and the workers may end.
    private func releaseDelayed() async {
        await withDiscardingTaskGroup { group in
            for await event in delayed {
                let wait = Duration.seconds(misbehaviour.delayWebhooks * dice.unit())
                group.addTask {
                    await cancelWhenGracefulShutdown { try? await Task.sleep(for: wait) }
                    buffer.add(event)
                }
            }
        }
        buffer.close()
    }

    private func work() async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        while let event = await buffer.next() {
            do {
                let isSettled = await post(Array(try encoder.encode(event)))
                if isSettled { stats.update { $0.webhooksPending -= 1 } }
            } catch {
                logger.error("An event cannot be written", metadata: ["error": "\(error)"])
            }
        }
    }

    /// - Returns: false when the shutdown ended the attempts.
    private func post(_ body: [UInt8]) async -> Bool {
        var wait = Duration.milliseconds(100)
        var spoil = dice.happens(misbehaviour.badSignature)
        while !Task.isCancelled {
            switch await sender.send(body, at: Date(), spoilSignature: spoil) {
            case .taken:
                stats.update { $0.webhooksSent += 1 }
                return true
            case .refused where spoil: spoil = false
            case .refused(let status):
                logger.error("An event was refused", metadata: ["status": "\(status)"])
                stats.update { $0.webhooksRefused += 1 }
                return true
            case .unavailable(let reason):
                logger.debug("The receiver is away", metadata: ["reason": "\(reason)"])
                stats.update { $0.webhooksRetried += 1 }
                // The pause ends early only by cancellation, which ends the loop too.
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(10))
            }
        }
        return false
    }
}
