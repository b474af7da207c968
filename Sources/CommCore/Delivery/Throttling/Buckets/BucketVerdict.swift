/// What the buckets say about one message.
struct BucketVerdict: Sendable, Equatable {
    enum Cause: Int, Sendable {
        case limit = 1
        case slowed = 2
        case paused = 3
    }

    /// When to ask again, in microseconds.
    let until: Int64
    /// Number of the bucket that it waits for, from 0.
    let bucket: Int
    let cause: Cause
}
