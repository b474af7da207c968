/// Who has, and who waits for, the connections of a pool.
///
/// It decides only; the pool acts.
struct PoolState<Connection, Waiter> {
    /// What a borrower gets.
    enum Grant {
        /// An idle connection.
        case connection(Connection)
        /// The right to open one.
        case slot
    }

    enum Acquisition {
        case granted(Grant)
        case mustWait
        case closed
    }

    private let limit: Int
    /// Connections that exist or are being opened.
    private(set) var open = 0
    private(set) var idle: [Connection] = []
    private(set) var isClosed = false
    private var waiters: [Int: (waiter: Waiter, deadline: ContinuousClock.Instant)] = [:]
    /// Identifiers in the order of arrival, those that left included.
    private var order: [Int] = []
    private var head = 0

    init(limit: Int) {
        self.limit = limit
    }

    var waiting: Int { waiters.count }

    /// Takes an idle connection, the last one used first, or a free slot.
    mutating func acquire() -> Acquisition {
        guard !isClosed else { return .closed }
        if let connection = idle.popLast() { return .granted(.connection(connection)) }
        guard open < limit else { return .mustWait }
        open += 1
        return .granted(.slot)
    }

    /// Queues a borrower; `identifier` must be new, and `deadline` no earlier than those before.
    mutating func enqueue(_ waiter: Waiter, identifier: Int, deadline: ContinuousClock.Instant) {
        waiters[identifier] = (waiter, deadline)
        order.append(identifier)
    }

    /// Removes a borrower that does not want to wait any more.
    mutating func withdraw(_ identifier: Int) -> Waiter? {
        waiters.removeValue(forKey: identifier)?.waiter
    }

    /// Gives a connection back: to the longest waiting borrower, which is returned, or to the idle ones.
    ///
    /// Nil with `isClosed`: close it.
    mutating func giveBack(_ connection: Connection) -> Waiter? {
        if let waiter = nextWaiter() { return waiter }
        if isClosed { open -= 1 } else { idle.append(connection) }
        return nil
    }

    /// Gives up a slot whose connection is gone: to the longest waiting borrower, which is returned.
    mutating func giveUpSlot() -> Waiter? {
        if let waiter = nextWaiter() { return waiter }
        open -= 1
        return nil
    }

    /// Removes the borrowers whose time is over; `next` is when to look again.
    mutating func expire(now: ContinuousClock.Instant) -> (expired: [Waiter], next: ContinuousClock.Instant?) {
        var expired: [Waiter] = []
        while let identifier = firstIdentifier(), let entry = waiters[identifier] {
            guard entry.deadline <= now else { return (expired, entry.deadline) }
            waiters[identifier] = nil
            expired.append(entry.waiter)
        }
        return (expired, nil)
    }

    /// Removes the idle connections that do not pass a test.
    mutating func removeIdle(where isUnusable: (Connection) -> Bool) -> [Connection] {
        let removed = idle.filter(isUnusable)
        guard !removed.isEmpty else { return [] }
        idle.removeAll(where: isUnusable)
        open -= removed.count
        return removed
    }

    /// Closes for good: returns what is to be closed and who is to be told.
    mutating func close() -> (connections: [Connection], waiters: [Waiter]) {
        isClosed = true
        open -= idle.count
        defer {
            idle = []
            waiters = [:]
            order = []
            head = 0
        }
        return (idle, order[head...].compactMap { waiters[$0]?.waiter })
    }

    private mutating func nextWaiter() -> Waiter? {
        guard let identifier = firstIdentifier() else { return nil }
        return withdraw(identifier)
    }

    /// The longest waiting borrower; forgets those before it that have left.
    private mutating func firstIdentifier() -> Int? {
        while head < order.count {
            if waiters[order[head]] != nil { return order[head] }
            head += 1
        }
        order.removeAll(keepingCapacity: true)
        head = 0
        return nil
    }
}
