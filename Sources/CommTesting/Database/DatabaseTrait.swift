import Foundation
import Synchronization
import Testing

/// Gives every test (every case of it) a database of its own: `@Suite(.database)` or `@Test(.database)`.
package struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    /// A suite passes the trait on to its tests.
    package var isRecursive: Bool { true }

    /// As many tests as the server has connections for.
    private static let gate = Gate(width: 6)
    private static let counter = Mutex(0)

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil, TestDatabase.assigned == nil else { return try await function() }
        try await Self.gate.withPass {
            let number = Self.counter.withLock { counter in
                counter += 1
                return counter
            }
            let name = "comm_test_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
            let server = try TestServer()
            try await server.createClone(name)
            let database = TestDatabase(name: name, url: try server.url(database: name))
            do {
                try await TestDatabase.$assigned.withValue(database, operation: function)
            } catch {
                try await Self.dispose(database)
                throw error
            }
            try await Self.dispose(database)
        }
    }

    /// Cleans up even when the test was cancelled (a time limit does that).
    private static func dispose(_ database: TestDatabase) async throws {
        try await Task { try await database.dispose() }.value
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database of the test's own, as `TestDatabase.current`.
    package static var database: DatabaseTrait { DatabaseTrait() }
}
