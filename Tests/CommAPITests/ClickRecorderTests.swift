import CommTesting
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import comm_api

@Suite("Clicks are kept without making readers wait")
struct ClickRecorderTests {
    private struct Away: Error {}

    private final class Store: Sendable {
        private let payloads = Mutex<[String]>([])
        var kept: [String] { payloads.withLock { $0 } }
        func keep(_ payload: String) { payloads.withLock { $0.append(payload) } }
    }

    /// Runs the recorder while `body` works, then stops it.
    private func run(_ recorder: ClickRecorder, _ body: @Sendable @escaping () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(services: [recorder], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        )
        try await withTimeout(.seconds(20)) {
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await body()
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    private func recorder(inbox: @escaping ClickRecorder.Store, spool: @escaping ClickRecorder.Store, patience: Duration) -> ClickRecorder {
        ClickRecorder(
            inbox: inbox,
            spool: spool,
            patience: patience,
            pause: .seconds(60),
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("a click goes to the inbox, and is there when it is answered")
    func inbox() async throws {
        let (inbox, spool) = (Store(), Store())
        let recorder = recorder(inbox: { inbox.keep($0) }, spool: { spool.keep($0) }, patience: .seconds(10))
        try await run(recorder) {
            await withTaskGroup { group in
                for number in 0..<500 { group.addTask { await recorder.record("\(number)") } }
            }
            #expect(Set(inbox.kept) == Set((0..<500).map(String.init)))
        }
        #expect(spool.kept.isEmpty)
    }

    @Test("while the database is away clicks go to the spool, and it is not asked again at once")
    func away() async throws {
        let (inbox, spool) = (Store(), Store())
        let recorder = recorder(
            inbox: {
                inbox.keep($0)
                throw Away()
            },
            spool: { spool.keep($0) },
            patience: .seconds(10)
        )
        try await run(recorder) {
            for number in 0..<20 { await recorder.record("\(number)") }
        }
        #expect(spool.kept == (0..<20).map(String.init))
        #expect(inbox.kept == ["0"])
    }

    @Test("a database that hangs holds nobody up for longer than the patience")
    func hanging() async throws {
        let spool = Store()
        let release = Signal(of: Void.self)
        let recorder = recorder(
            inbox: { _ in try await release.wait(timeout: .seconds(15)) },
            spool: { spool.keep($0) },
            patience: .milliseconds(50)
        )
        try await run(recorder) {
            await recorder.record("stuck")
            await recorder.record("next")
            #expect(spool.kept == ["stuck", "next"])
            release.fire()
        }
    }

    @Test("when no store takes a click the reader still goes on")
    func nothingWorks() async throws {
        let recorder = recorder(inbox: { _ in throw Away() }, spool: { _ in throw Away() }, patience: .seconds(10))
        try await run(recorder) {
            await recorder.record("lost")
            await recorder.record("lost too")
        }
    }
}
