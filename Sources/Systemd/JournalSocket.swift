import Synchronization

/// The way into the journal; never waits.
///
/// When the journal does not keep up, records are dropped and counted, and the next one that goes through is preceded by the count.
/// (The system library's `sd_journal_sendv` waits instead, which would let a stuck journal stop the program.)
final class JournalSocket: Sendable {
    private let socket = UnixDatagramSocket()
    private let address: UnixAddress
    private let dropped = Mutex(0)

    init?(path: String) {
        guard let address = UnixAddress(path) else { return nil }
        self.address = address
    }

    func send(_ entry: JournalEntry) {
        let missing = dropped.withLock { count in
            defer { count = 0 }
            return count
        }
        if missing > 0, socket.send(Self.gap(of: missing).bytes, to: address) != .sent {
            dropped.withLock { $0 += missing }
        }
        if socket.send(entry.bytes, to: address) != .sent {
            dropped.withLock { $0 += 1 }
        }
    }

    private static func gap(of count: Int) -> JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", "\(count) log records were lost because the journal did not take them")
        entry.append("PRIORITY", "4")
        return entry
    }
}
