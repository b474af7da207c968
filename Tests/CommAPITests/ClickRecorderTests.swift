import CommCore
import CommTesting
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import comm_api

@Suite("Clicks are kept without making readers wait")
struct ClickRecorderTests {
    private struct Away: Error {}

    private final class Store: Sendable {
        private let batches = Mutex<[[String]]>([])
        var kept: [String] { batches.withLock { $0.flatMap(\.self) } }
        var commits: Int { batches.withLock { $0.count } }

        func keep(_ entries: [TrackingInbox.Entry]) {
            batches.withLock { $0.append(entries.map { String(decoding: $0.payload, as: UTF8.self) }) }
        }
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

    private static func entry(_ text: String) -> TrackingInbox.Entry {
        TrackingInbox.Entry(id: UUID(), payload: Array(text.utf8))
    }

    @Test("a click goes to the inbox, and is there when it is answered")
    func inbox() async throws {
        let (inbox, spool) = (Store(), Store())
        let recorder = recorder(inbox: { inbox.keep($0) }, spool: { spool.keep($0) }, patience: .seconds(10))
        try await run(recorder) {
            await withTaskGroup { group in
                for number in 0..<500 {
                    group.addTask {
                        await recorder.record(Self.entry("\(number)"))
                        #expect(inbox.kept.contains("\(number)"))
                    }
                }
            }
            #expect(inbox.kept.count == 500 && Set(inbox.kept) == Set((0..<500).map(String.init)))
        }
        #expect(spool.kept.isEmpty)
    }

    @Test("what arrives while a commit runs shares the next one")
    func batches() async throws {
        let (inbox, spool) = (Store(), Store())
        // Every commit asks for it, so it stays open: a signal is for one waiter.
        let isOpen = Mutex(false)
        let begun = Signal(of: Void.self)
        let recorder = recorder(
            inbox: { entries in
                inbox.keep(entries)
                begun.fire()
                try await waitUntil(timeout: .seconds(15), interval: .milliseconds(1), "the commit may end") { isOpen.withLock(\.self) }
            },
            spool: { spool.keep($0) },
            patience: .seconds(15)
        )
        try await run(recorder) {
            await withTaskGroup { group in
                group.addTask { await recorder.record(Self.entry("first")) }
                try? await begun.wait(timeout: .seconds(10))
                for number in 0..<300 { group.addTask { await recorder.record(Self.entry("\(number)")) } }
                for _ in 0..<2_000 { await Task.yield() }
                isOpen.withLock { $0 = true }
            }
        }
        #expect(inbox.kept.count == 301 && inbox.commits < 100)
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
            for number in 0..<20 { await recorder.record(Self.entry("\(number)")) }
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
            await recorder.record(Self.entry("stuck"))
            await recorder.record(Self.entry("next"))
            #expect(spool.kept == ["stuck", "next"])
            release.fire()
        }
    }

    @Test("a recorder whose task was cancelled answers what it has, and what comes later")
    func cancelled() async throws {
        let inbox = Store()
        let recorder = recorder(inbox: { inbox.keep($0) }, spool: { _ in }, patience: .seconds(10))
        try await withTimeout(.seconds(20)) {
            let running = Task { try await recorder.run() }
            await recorder.record(Self.entry("kept"))
            running.cancel()
            _ = await running.result
            await recorder.record(Self.entry("late"))
            #expect(inbox.kept == ["kept"])
        }
    }

    @Test("when no store takes a click the reader still goes on")
    func nothingWorks() async throws {
        let recorder = recorder(inbox: { _ in throw Away() }, spool: { _ in throw Away() }, patience: .seconds(10))
        try await run(recorder) {
            await recorder.record(Self.entry("lost"))
            await recorder.record(Self.entry("lost too"))
        }
    }

    @Test("once it is stopped nobody is left waiting")
    func stopped() async throws {
        let store = Store()
        let recorder = recorder(inbox: { store.keep($0) }, spool: { store.keep($0) }, patience: .seconds(10))
        try await run(recorder) { await recorder.record(Self.entry("one")) }
        await recorder.record(Self.entry("late"))
        #expect(store.kept == ["one"])
    }
}
