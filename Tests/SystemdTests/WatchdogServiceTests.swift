import Logging
import Synchronization
import Testing

@testable import Systemd

@Suite(.timeLimit(.minutes(1))) struct WatchdogServiceTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `reports stop while a heart is silent and come back with it`() throws {
        let manager = try DatagramReceiver()
        let time = ManualInstant()
        let (lively, slow) = (Heartbeat(), Heartbeat { time.now })
        let service = service(for: manager, heartbeats: [lively, slow])

        time.advance(by: .seconds(10))
        #expect(service.report(wasProgressing: true))
        #expect(manager.pollText() == "WATCHDOG=1")
        time.advance(by: .seconds(1))
        #expect(slow.age == .seconds(11))
        #expect(!service.report(wasProgressing: true))
        #expect(manager.poll() == nil)
        slow.beat()
        #expect(slow.age == .zero)
        #expect(service.report(wasProgressing: false))
        #expect(manager.pollText() == "WATCHDOG=1")
    }

    @Test func `it reports again and again while it runs`() async throws {
        let manager = try DatagramReceiver()
        let service = service(for: manager, heartbeats: [], environment: ["WATCHDOG_USEC": "2000"])
        let running = Task { try await service.run() }
        for _ in 0..<3 {
            #expect(await manager.next() == "WATCHDOG=1")
        }
        running.cancel()
        try await running.value
    }

    @Test func `without a limit it is silent until it is stopped`() async throws {
        let manager = try DatagramReceiver()
        let service = service(for: manager, heartbeats: [], environment: [:])
        let running = Task { try await service.run() }
        running.cancel()
        try await running.value
        #expect(manager.poll() == nil)
    }

    @Test(
        arguments: [
            ([:], nil),
            (["WATCHDOG_USEC": "30000000"], Duration.seconds(15)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77"], .seconds(15)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"], nil),
            (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "soon"], nil),
        ] as [([String: String], Duration?)]
    )
    func `the period is half of the limit, for this process only`(environment: [String: String], expected: Duration?) {
        #expect(WatchdogService.period(environment: environment, processID: 77) == expected)
    }

    private func service(
        for manager: DatagramReceiver,
        heartbeats: [Heartbeat],
        environment: [String: String] = [:]
    ) -> WatchdogService {
        WatchdogService(
            notifier: SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.name]),
            environment: environment,
            processID: 77,
            logger: logger,
            heartbeats: heartbeats,
            maximumAge: .seconds(10)
        )
    }
}

/// A monotonic time that stands still until a test moves it.
final class ManualInstant: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 += duration }
    }
}
