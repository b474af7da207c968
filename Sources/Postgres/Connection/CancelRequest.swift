import CLibPQ

/// Asks the server, over a connection of its own, to cancel what a backend is doing.
///
/// `PGcancel` is a read-only copy of the address and key, and `PQcancel` is documented (33.7) as callable from any thread.
final class CancelRequest: Sendable {
    nonisolated(unsafe) private let handle: OpaquePointer

    init?(of connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Sends the request from a thread of its own, because an unreachable host makes it block.
    func send(_ completion: @escaping @Sendable (Bool) -> Void) {
        let isStarted = DetachedThread.start {
            let succeeded = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                PQcancel(self.handle, buffer.baseAddress, Int32(buffer.count)) == 1
            }
            completion(succeeded)
        }
        if !isStarted { completion(false) }
    }
}
