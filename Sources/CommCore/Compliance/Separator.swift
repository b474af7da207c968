import Synchronization

/// Gives a comma before every element of a list but the first.
final class Separator: Sendable {
    private let isFirst = Mutex(true)

    func next() -> String {
        isFirst.withLock { isFirst in
            defer { isFirst = false }
            return isFirst ? "\n" : ",\n"
        }
    }
}
