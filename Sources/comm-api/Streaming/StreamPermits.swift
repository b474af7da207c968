import FoundationEssentials
import HTTPTypes
import Synchronization

/// How many event streams of a tenant are open in this process, and how many may be.
final class StreamPermits: Sendable {
    private let limit: Int
    private let open = Mutex<[UUID: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// - Throws: ``Problem`` 429 when the tenant has as many as it may have.
    func take(_ tenantID: UUID) throws -> Permit {
        let isFree = open.withLock { open in
            guard open[tenantID, default: 0] < limit else { return false }
            open[tenantID, default: 0] += 1
            return true
        }
        guard isFree else {
            var problem = Problem(.tooManyRequests, code: "too_many_streams", "The tenant has \(limit) event streams open already")
            problem.headers[.retryAfter] = "5"
            throw problem
        }
        return Permit { [self] in
            open.withLock { open in
                let left = open[tenantID, default: 1] - 1
                open[tenantID] = left > 0 ? left : nil
            }
        }
    }

    /// The right to one stream; it ends with ``release()``, and also when an answer is never written.
    final class Permit: Sendable {
        private let end: @Sendable () -> Void
        private let isOver = Atomic(false)

        fileprivate init(_ end: @escaping @Sendable () -> Void) {
            self.end = end
        }

        func release() {
            if !isOver.exchange(true, ordering: .relaxed) { end() }
        }

        deinit { release() }
    }
}
