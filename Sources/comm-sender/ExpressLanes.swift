import CommCore
import Daemon
import Foundation
import Logging
import Postgres
import ServiceLifecycle

/// The lanes for messages that travel on their own: workers of its own for each class, so that nothing waits behind a campaign.
struct ExpressLanes {
    /// A deferred message and one whose signal was lost wait no longer than this.
    private static let idle = Duration.milliseconds(500)

    let services: [any Service]

    /// - Parameter workers: for each class of express messages.
    init(_ dispatcher: Dispatcher, database: DatabaseSettings, workers: Int, process: DaemonProcess) {
        let listener = PostgresListener(
            configuration: PostgresConfiguration(url: database.url.reveal(), poolSize: 1, applicationName: "\(process.name) listener"),
            channels: [ExpressBell.channel],
            logger: process.logger
        )
        var signals: [Priority: WakeSignal] = [:]
        var duties: [any Service] = []
        for priority in Priority.allCases {
            let signal = WakeSignal()
            signals[priority] = signal
            // What is sent in bulk on request does not need more than one.
            for worker in 1...(priority.isMarketing ? 1 : workers) {
                let turn = ExpressTurn()
                duties.append(
                    process.duty("express-p\(priority.rawValue)-\(worker)", idle: Self.idle, wake: signal) {
                        try await turn.step(dispatcher, priority)
                    }
                )
            }
        }
        services = [listener, Waker(listener: listener, signals: signals)] + duties
    }
}

/// Which tenant a worker served last.
private actor ExpressTurn {
    private var after: UUID?

    func step(_ dispatcher: Dispatcher, _ priority: Priority) async throws -> Bool {
        var after = after
        defer { self.after = after }
        return try await dispatcher.dispatchExpress(priority, after: &after)
    }
}

/// Passes notifications on to the lanes that they are about.
private struct Waker: Service {
    let listener: PostgresListener
    let signals: [Priority: WakeSignal]

    func run() async throws {
        for await notification in listener.notifications.cancelOnGracefulShutdown() {
            if let priority = Int16(notification.payload).flatMap(Priority.init(rawValue:)) {
                signals[priority]?.give()
            } else {
                for signal in signals.values { signal.give() }
            }
        }
    }
}
