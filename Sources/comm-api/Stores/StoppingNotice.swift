import ServiceLifecycle
import Systemd

/// Tells systemd that the program stops.
///
/// Listed last, it hears of it first.
struct StoppingNotice: Service {
    let notifier: SystemdNotifier

    func run() async throws {
        try await gracefulShutdown()
        notifier.stopping(status: "finishing requests")
    }
}
