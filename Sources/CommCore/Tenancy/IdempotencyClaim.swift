import FoundationEssentials

/// A finished answer as it went over the wire.
package struct StoredAnswer: Sendable, Equatable {
    package let status: Int
    package let contentType: String?
    package let body: [UInt8]

    package init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Proof that a request is the one that runs under its key.
///
/// Its end is the fence: who comes back after it may not store.
package struct IdempotencyLease: Sendable, Equatable {
    let scope: String
    let key: String
    let until: Date
}

/// What to do with a request that carries an idempotency key.
package enum IdempotencyClaim: Sendable, Equatable {
    /// Run it, then store the answer or release the lease.
    case new(IdempotencyLease)
    /// It ran: give the stored answer again.
    case replay(StoredAnswer)
    /// The key was used for another request.
    case mismatch
    /// The first one still runs; seconds until its lease ends.
    case running(retryAfter: Int)
}
