import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOSSL
import Synchronization

/// Sees to it that the servers of a client have certificates for the names that they are asked under.
///
/// swift-nio-ssl verifies certificates, and takes one that is for the called address in place of the name. That proves nothing about the
/// name: whoever diverts it can have a certificate for an address of their own.
final class CertificateNames: Sendable {
    struct OtherHost: Error {}

    private let hosts = Mutex<Set<String>>([])

    /// Makes a client's connections look here, before anything is sent over them.
    func watch(_ configuration: inout HTTPClient.Configuration) {
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { [self] in check($0) }
    }

    /// Notes that a server is about to be asked.
    func expect(_ url: String) {
        guard url.lowercased().hasPrefix("https:"), let host = URL(string: url)?.host() else { return }
        hosts.withLock { _ = $0.insert(host.lowercased()) }
    }

    private func check(_ channel: any NIOCore.Channel) -> EventLoopFuture<Void> {
        let hosts = hosts.withLock { $0 }
        // An address that is asked for by itself is what its certificate is for.
        guard !hosts.isEmpty, !hosts.contains(where: { $0.hasPrefix("[") || IPAddress($0) != nil }) else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            let names = certificate.map(Self.names(in:)) ?? []
            guard names.contains(where: { name in hosts.contains { Self.fits(name, host: $0) } }) else {
                channel.close(promise: nil)
                throw OtherHost()
            }
        }.flatMapErrorThrowing { error in
            // A connection without TLS, to a server of this machine.
            guard error as? ChannelPipelineError == .notFound else { throw error }
        }
    }

    /// Whether a name in a certificate is a host's, or `*.` and the rest of it.
    static func fits(_ name: String, host: String) -> Bool {
        let (name, host) = (name.lowercased(), host.lowercased())
        guard name.hasPrefix("*.") else { return name == host }
        guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return false }
        return host[dot...] == name.dropFirst()
    }

    /// What is wrong with a certificate, in words; nil when an error is about something else.
    static func objection(in error: any Error) -> String? {
        if error is OtherHost || error as? NIOSSLExtraError == .failedToValidateHostname { return "the certificate is of another host" }
        guard let error = error as? NIOSSLError else { return nil }
        let isUntrusted = "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
        return isUntrusted ? "the certificate is not valid, or not signed by a known authority" : "TLS could not be agreed upon"
    }

    private static func names(in certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }.map { String(decoding: $0.contents, as: UTF8.self) }
    }
}
