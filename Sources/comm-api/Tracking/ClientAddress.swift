import HTTPTypes
import Hummingbird
import NIOCore

/// Where a request comes from.
enum ClientAddress {
    /// The client's address, at most 45 characters.
    ///
    /// `X-Forwarded-For` is believed only from a proxy on this host, and only its last entry, which that proxy wrote itself.
    static func of(_ request: Request, peer: SocketAddress?) -> String? {
        if isLocal(peer), let forwarded = request.headers[.forwardedFor]?.split(separator: ",").last {
            let address = forwarded.trimming(while: { $0 == " " || $0 == "\t" })
            if isAddress(address) { return String(address) }
        }
        return peer?.ipAddress
    }

    /// The proxy is on this host when it comes by loopback or by a Unix socket, which has no address.
    private static func isLocal(_ peer: SocketAddress?) -> Bool {
        guard let address = peer?.ipAddress else { return true }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    private static func isAddress(_ text: Substring) -> Bool {
        text.utf8.count <= 45 && (try? SocketAddress(ipAddress: String(text), port: 0)) != nil
    }
}
