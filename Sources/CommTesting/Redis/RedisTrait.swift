import Testing

/// Gives every test keys of its own: `@Suite(.redis)` or `@Test(.redis)`.
package struct RedisTrait: TestTrait, SuiteTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil, TestRedis.assigned == nil else { return try await function() }
        let redis = try TestRedis.make()
        do {
            try await TestRedis.$assigned.withValue(redis, operation: function)
        } catch {
            try await redis.dispose()
            throw error
        }
        try await redis.dispose()
    }
}

extension Trait where Self == RedisTrait {
    /// Keys of the test's own, as `TestRedis.current`.
    package static var redis: RedisTrait { RedisTrait() }
}
