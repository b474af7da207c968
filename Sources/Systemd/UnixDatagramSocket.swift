import Glibc

/// Sends datagrams to unix sockets without ever waiting.
final class UnixDatagramSocket: Sendable {
    /// What became of a datagram.
    enum Outcome: Equatable {
        case sent
        /// The receiver does not keep up.
        case wouldBlock
        /// The datagram is larger than the system carries.
        case tooLarge
        /// There is no receiver, or something else is wrong.
        case failed
    }

    private let descriptor: Int32

    init() {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        // Room for long records; the system caps it at its own limit.
        var size: Int32 = 8 << 20
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func send(_ bytes: [UInt8], to address: UnixAddress) -> Outcome {
        let sent = bytes.withUnsafeBytes { buffer in
            address.withSocketAddress { pointer, length in
                sendto(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), pointer, length)
            }
        }
        if sent >= 0 { return .sent }
        return switch errno {
        case EAGAIN, ENOBUFS: .wouldBlock
        case EMSGSIZE: .tooLarge
        default: .failed
        }
    }
}
