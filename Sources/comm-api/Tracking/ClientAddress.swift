import HTTPTypes
import Hummingbird
import NIOCore

/// Where a request comes from.
enum ClientAddress {
    /// The other end of a connection.
    struct Peer: Sendable {
        let address: String?
        /// The proxy is on this host when it comes by loopback or by a Unix socket, which has no address.
        let isLocal: Bool

        init(_ socket: SocketAddress?) {
            address = socket?.ipAddress
            isLocal = address.map { $0 == "::1" || $0.hasPrefix("127.") || $0.hasPrefix("::ffff:127.") } ?? true
        }
    }

    /// The client's address, at most 45 characters.
    static func of(_ request: Request, peer: SocketAddress?) -> String? {
        of(forwardedFor: request.headers[.forwardedFor], peer: Peer(peer))
    }

    /// The client's address, at most 45 characters.
    ///
    /// `X-Forwarded-For` is believed only from a proxy on this host, and only its last entry, which that proxy wrote itself.
    static func of(forwardedFor: String?, peer: Peer) -> String? {
        if peer.isLocal, let forwarded = forwardedFor?.split(separator: ",").last {
            let address = forwarded.trimming(while: { $0 == " " || $0 == "\t" })
            if isAddress(address) { return String(address) }
        }
        return peer.address
    }

    private static func isAddress(_ text: Substring) -> Bool {
        text.utf8.count <= 45 && (try? SocketAddress(ipAddress: String(text), port: 0)) != nil
    }
}
