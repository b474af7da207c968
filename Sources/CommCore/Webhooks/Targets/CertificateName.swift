import FoundationEssentials
import NIOCore
import NIOSSL

/// Whether a server's certificate is for the name that was asked for.
///
/// swift-nio-ssl verifies the certificate, and takes one that is for the address in place of the name. Where somebody else's name decides
/// about the address that proves nothing: whoever diverts the name can have a certificate for an address of their own.
enum CertificateName {
    struct OtherHost: Error {}

    /// Looks at the certificate of a connection before anything is sent over it, and closes it if it is another host's.
    static func check(_ channel: any NIOCore.Channel, host: String) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            guard let certificate, names(in: certificate).contains(where: { fits($0, host: host) }) else {
                channel.close(promise: nil)
                throw OtherHost()
            }
        }
    }

    /// A host name, or `*.` and the rest of one.
    static func fits(_ name: String, host: String) -> Bool {
        let (name, host) = (name.lowercased(), host.lowercased())
        guard name.hasPrefix("*.") else { return name == host }
        guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return false }
        return host[dot...] == name.dropFirst()
    }

    private static func names(in certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }.map { String(decoding: $0.contents, as: UTF8.self) }
    }
}
