import Dispatch
import Glibc

/// Looks up the addresses of a host.
package protocol HostResolver: Sendable {
    /// - Returns: none when the name is not known or cannot be looked up now.
    func addresses(of host: String) async -> Set<String>
}

/// The system's resolver.
package struct SystemHostResolver: HostResolver {
    private static let queue = DispatchQueue(label: "comm.resolver", attributes: .concurrent)

    package init() {}

    package func addresses(of host: String) async -> Set<String> {
        // getaddrinfo() blocks, so it stays off the cooperative pool.
        await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: Self.lookUp(host)) }
        }
    }

    private static func lookUp(_ host: String) -> Set<String> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: Set<String> = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let info = entry.pointee
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                found.insert(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            }
            next = info.ai_next
        }
        return found
    }
}
