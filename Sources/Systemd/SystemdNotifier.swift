import Glibc

/// Tells the service manager how the program is doing (sd_notify protocol); does nothing when there is no manager.
///
/// Speaks the protocol itself rather than through libsystemd, which reads the socket's name from the process environment only.
package struct SystemdNotifier: Sendable {
    private let address: UnixAddress?
    private let socket: UnixDatagramSocket?

    /// A notifier for the socket named by `NOTIFY_SOCKET`; silent when that is absent or of a form other than a path or `@name`.
    package init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap(UnixAddress.init)
        socket = address == nil ? nil : UnixDatagramSocket()
    }

    /// Whether a service manager listens.
    package var isActive: Bool { address != nil }

    /// The program has started, or has finished reloading.
    package func ready(status: String? = nil) {
        send(["READY=1"] + Self.statusLines(status))
    }

    /// One line about what the program is doing, for `systemctl status`.
    package func status(_ text: String) {
        send(Self.statusLines(text))
    }

    /// Reloading begins; follow with `ready`, also when the new configuration was refused.
    package func reloading(status: String? = nil) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
        send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"] + Self.statusLines(status))
    }

    /// Shutting down begins.
    package func stopping(status: String? = nil) {
        send(["STOPPING=1"] + Self.statusLines(status))
    }

    /// The program is alive; see `WatchdogService`.
    package func watchdog() {
        send(["WATCHDOG=1"])
    }

    /// Asks for more time to start or stop, from now on; repeat before it runs out.
    package func extendTimeout(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        send(["EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"])
    }

    private func send(_ lines: [String]) {
        guard let address, let socket else { return }
        _ = socket.send(Array(lines.joined(separator: "\n").utf8), to: address)
    }

    /// A line break would begin another assignment.
    private static func statusLines(_ status: String?) -> [String] {
        guard let status else { return [] }
        let line = status.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return ["STATUS=" + line.prefix(1_024)]
    }
}
