import Glibc

/// The address of a unix socket: a path, or `@name` in the abstract namespace.
struct UnixAddress: Sendable, Equatable {
    private let name: [UInt8]

    /// Nil for what is neither a path nor an abstract name, or does not fit into a socket address.
    init?(_ text: String) {
        guard text.hasPrefix("/") || (text.hasPrefix("@") && text.count > 1) else { return nil }
        var name = Array(text.utf8)
        guard name.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !name.contains(0) else { return nil }
        if text.hasPrefix("@") { name[0] = 0 }
        self.name = name
    }

    /// Lends the system's form of the address.
    ///
    /// An abstract name counts only the bytes that it uses; a path its final NUL too.
    func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        let length = offset + name.count + (name.first == 0 ? 0 : 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }
}
