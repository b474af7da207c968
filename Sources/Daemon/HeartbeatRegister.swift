import Synchronization
import Systemd

/// The hearts of all duties of a process.
final class HeartbeatRegister: Sendable {
    private let hearts = Mutex<[Heartbeat]>([])

    func new() -> Heartbeat {
        let heart = Heartbeat()
        add(heart)
        return heart
    }

    func add(_ heart: Heartbeat) {
        hearts.withLock { $0.append(heart) }
    }

    /// How long ago the most silent of them beat.
    var oldest: Duration {
        hearts.withLock { $0.map(\.age).max() ?? .zero }
    }
}
