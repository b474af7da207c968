import Foundation
import Synchronization

/// Ports that nobody listens on.
enum FreePort {
    /// Below the range from which the kernel gives ports to outgoing connections, so that none of them takes one between our look and
    /// a server's start.
    private static let range = 20_000..<32_000
    private static let offset = Mutex(Int(ProcessInfo.processInfo.processIdentifier) % 12_000)

    /// Each call answers another one.
    static func next() throws -> Int {
        for _ in range {
            let candidate = offset.withLock { offset in
                offset = (offset + 1) % range.count
                return range.lowerBound + offset
            }
            if isFree(candidate) { return candidate }
        }
        throw HarnessError("no free port")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
