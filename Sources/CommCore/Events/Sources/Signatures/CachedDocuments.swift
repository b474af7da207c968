import FoundationEssentials

/// Keeps what was made of fetched documents, so that a report costs a fetch only when its key is new.
///
/// Fetches of one address are shared, and after a failure or for an unknown key an address is left alone for a while: somebody who sends
/// junk cannot make us fetch.
package actor CachedDocuments<Value: Sendable> {
    private struct Entry {
        var value: Value?
        var fetchedAt: Date
    }

    private let lifetime: TimeInterval
    private let pause: TimeInterval
    private let capacity: Int
    private let time: any TimeSource
    private let load: @Sendable (String) async throws -> Value
    private var entries: [String: Entry] = [:]
    private var running: [String: Task<Value?, Never>] = [:]

    /// - Parameters:
    ///   - lifetime: after that an entry is fetched anew (seconds).
    ///   - pause: between two fetches of one address (seconds).
    ///   - capacity: addresses that are kept.
    ///   - load: fetches and understands the document at an address.
    package init(
        lifetime: TimeInterval,
        pause: TimeInterval = 60,
        capacity: Int = 16,
        time: any TimeSource,
        load: @escaping @Sendable (String) async throws -> Value
    ) {
        self.lifetime = lifetime
        self.pause = pause
        self.capacity = capacity
        self.time = time
        self.load = load
    }

    /// The document at an address; nil when it cannot be had for now.
    ///
    /// - Parameter isGood: a kept one for which it is false is fetched anew, unless that has just been done.
    package func document(at address: String, isGood: @Sendable (Value) -> Bool = { _ in true }) async -> Value? {
        let now = time.now
        if let entry = entries[address] {
            let age = now.timeIntervalSince(entry.fetchedAt)
            if let value = entry.value, age < lifetime, isGood(value) { return value }
            if age < pause { return entry.value }
        }
        if let task = running[address] { return await task.value }
        let task = Task { try? await load(address) }
        running[address] = task
        let value = await task.value
        running[address] = nil
        // An old document is better than none while its server is away.
        let kept = value ?? entries[address]?.value
        if entries[address] == nil, entries.count >= capacity, let oldest = entries.min(by: { $0.value.fetchedAt < $1.value.fetchedAt }) {
            entries[oldest.key] = nil
        }
        entries[address] = Entry(value: kept, fetchedAt: now)
        return kept
    }
}
