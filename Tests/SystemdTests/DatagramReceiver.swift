import Foundation
import Glibc

/// A bound datagram socket that plays the service manager or the journal.
final class DatagramReceiver: Sendable {
    struct BindFailed: Error {}

    /// What `NOTIFY_SOCKET` would hold.
    let name: String
    private let descriptor: Int32

    /// A socket at a fresh path, or under a fresh abstract name.
    init(isAbstract: Bool = false) throws {
        let unique = "systemd-test-\(UUID().uuidString)"
        name = isAbstract ? "@\(unique)" : "/tmp/\(unique)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw BindFailed() }
    }

    deinit {
        close(descriptor)
        if name.hasPrefix("/") { unlink(name) }
    }

    /// The next datagram that has already arrived.
    func poll() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// The text of the next datagram that has already arrived.
    func pollText() -> String? {
        poll().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits for a datagram; the test's time limit bounds it.
    func next() async -> String {
        while true {
            if let text = pollText() { return text }
            await Task.yield()
        }
    }
}
