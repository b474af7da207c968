import CommCore
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1))) struct FaultPointsTests {
    @Test func `the point acts on its number and only then`() async throws {
        let faults = try FaultPoints(parsing: "push.after:3:error, log.before:error")
        try await faults.hit("push.after")
        try await faults.hit("push.before")
        try await faults.hit("push.after")
        await #expect(throws: FaultInjected(point: "push.after")) { try await faults.hit("push.after") }
        try await faults.hit("push.after")
        await #expect(throws: FaultInjected(point: "log.before")) { try await faults.hit("log.before") }
    }

    @Test func `no fault points cost nothing and do nothing`() async throws {
        #expect(FaultPoints.none.isEmpty)
        #expect(try FaultPoints(parsing: "").isEmpty)
        for _ in 0..<1_000 { try await FaultPoints.none.hit("push.after") }
    }

    @Test(arguments: [
        "push.after", "push.after:kill:3", "push.after:0:kill", "push.after:-1:kill", "push.after:x:kill", "push.after:1:explode",
        "push:1:kill",
        "push.after:1:kill:2",
    ])
    func `an entry that cannot be read is refused with its text`(text: String) {
        let error = #expect(throws: FaultSyntaxError.self) { try FaultPoints(parsing: text) }
        #expect(error?.entry == text)
    }

    @Test func `kill ends the process by signal`() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            try await FaultPoints(parsing: "push.after:1:kill").hit("push.after")
        }
    }

    @Test func `exit ends the process with code 3`() async {
        await #expect(processExitsWith: .exitCode(3)) {
            try await FaultPoints(parsing: "push.after:1:exit").hit("push.after")
        }
    }

    @Test func `hang never goes on, not even when cancelled`() async throws {
        let faults = try FaultPoints(parsing: "push.after:1:hang")
        let (steps, continuation) = AsyncStream<String>.makeStream()
        let hanging = Task {
            continuation.yield("before")
            try await faults.hit("push.after")
            continuation.yield("after")
        }
        var iterator = steps.makeAsyncIterator()
        #expect(await iterator.next() == "before")
        hanging.cancel()
        for _ in 0..<1_000 { await Task.yield() }
        continuation.finish()
        #expect(await iterator.next() == nil)
    }
}
