import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that takes mail and lets a policy decide: a sink for development and tests.
package final class SMTPServer: Sendable {
    private let listener: any Channel
    private let sessions: Sessions

    /// The port on which the server listens.
    package let port: Int

    private init(listener: any Channel, sessions: Sessions) {
        self.listener = listener
        self.sessions = sessions
        port = listener.localAddress?.port ?? 0
    }

    /// Listens.
    ///
    /// - Throws: what the system says when the port cannot be had, or `NIOSSLError` for a broken certificate.
    package static func start(
        _ configuration: SMTPServerConfiguration,
        policy: SMTPServerPolicy,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> SMTPServer {
        let context = try configuration.tls.map(makeContext)
        let sessions = Sessions()
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 32_768, maximum: 262_144))
            .childChannelInitializer { channel in
                sessions.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let handler = SMTPServerHandler(configuration, policy) {
                        guard let context else { throw SMTPError(.tlsFailed, "TLS is not configured") }
                        return NIOSSLServerHandler(context: context)
                    }
                    let idle = IdleStateHandler(readTimeout: TimeAmount(configuration.idleTimeout))
                    try channel.pipeline.syncOperations.addHandlers([idle, handler])
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
        return SMTPServer(listener: listener, sessions: sessions)
    }

    /// Stops listening and ends all sessions; messages that were answered are with the policy.
    package func close() async {
        // Closing a channel a second time is all that can fail here.
        try? await listener.close()
        await sessions.close()
    }

    private static func makeContext(_ tls: SMTPServerConfiguration.TLS) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(bytes: tls.privateKey, format: .pem)
        return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}

extension SMTPServer {
    /// The connections that stand.
    private final class Sessions: Sendable {
        private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

        func add(_ channel: any Channel) {
            let id = ObjectIdentifier(channel)
            channels.withLock { $0[id] = channel }
            channel.closeFuture.whenComplete { _ in
                _ = self.channels.withLock { $0.removeValue(forKey: id) }
            }
        }

        func close() async {
            for channel in channels.withLock({ Array($0.values) }) {
                try? await channel.close()
            }
        }
    }
}
