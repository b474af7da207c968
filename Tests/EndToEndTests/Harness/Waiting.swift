import Foundation
import Testing

/// Looks until something holds; fails the test with the given words when it does not within the time.
///
/// A look at another process can only be repeated: this is the one place in the tests that sleeps, in short pieces.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(50),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: pause)
    }
    Issue.record("did not happen within \(limit): \(what)", sourceLocation: sourceLocation)
    throw HarnessError("timed out: \(what)")
}
