import Systemd
import Testing

@Suite struct SystemdNotifierTests {
    @Test(arguments: [false, true]) func `each state is one datagram, to a path and to an abstract name`(isAbstract: Bool) throws {
        let manager = try DatagramReceiver(isAbstract: isAbstract)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.name])
        #expect(notifier.isActive)

        notifier.ready(status: "serving")
        #expect(manager.pollText() == "READY=1\nSTATUS=serving")
        notifier.ready()
        #expect(manager.pollText() == "READY=1")
        notifier.status("waiting for PostgreSQL")
        #expect(manager.pollText() == "STATUS=waiting for PostgreSQL")
        notifier.stopping(status: "draining")
        #expect(manager.pollText() == "STOPPING=1\nSTATUS=draining")
        notifier.watchdog()
        #expect(manager.pollText() == "WATCHDOG=1")
        notifier.extendTimeout(by: .milliseconds(1_500))
        #expect(manager.pollText() == "EXTEND_TIMEOUT_USEC=1500000")
        #expect(manager.poll() == nil)
    }

    @Test func `reloading tells the monotonic time in the same datagram`() throws {
        let manager = try DatagramReceiver()
        SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.name]).reloading()
        let lines = try #require(manager.pollText()).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last?.split(separator: "=").last.flatMap { UInt64($0) })
        #expect(lines.last == "MONOTONIC_USEC=\(time)")
        #expect(time > 0)
    }

    @Test func `a status cannot smuggle in another assignment`() throws {
        let manager = try DatagramReceiver()
        SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.name]).status("bad\nWATCHDOG=trigger\u{0}")
        #expect(manager.pollText() == "STATUS=bad WATCHDOG=trigger ")
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "vsock:2:1234"], ["NOTIFY_SOCKET": "relative"]])
    func `without a manager nothing happens`(environment: [String: String]) {
        let notifier = SystemdNotifier(environment: environment)
        #expect(!notifier.isActive)
        notifier.ready()
    }

    @Test func `a manager that has gone away does not matter`() {
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": "/tmp/nobody-listens-here"])
        #expect(notifier.isActive)
        notifier.ready()
        notifier.watchdog()
    }
}
