import Glibc
import Synchronization

/// Ends a blocking exchange from another thread.
///
/// The descriptor is forgotten before it is closed, under the same lock, so that a break can never hit a descriptor that was reused.
final class SocketBreaker: Sendable {
    private let descriptor = Mutex<Int32?>(nil)

    /// Names the socket that `breakSocket` ends.
    func arm(_ socket: Int32) {
        descriptor.withLock { $0 = socket }
    }

    /// Forgets the socket; call before closing it.
    func disarm() {
        descriptor.withLock { $0 = nil }
    }

    /// Shuts the socket down in both directions; whoever waits for it sees its end at once.
    func breakSocket() {
        descriptor.withLock { socket in
            guard let socket else { return }
            _ = shutdown(socket, Int32(SHUT_RDWR))
        }
    }
}
