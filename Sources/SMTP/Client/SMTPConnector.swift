import NIOCore
import NIOPosix
import NIOSSL

/// Makes connections of one configuration; the TLS context is made once.
struct SMTPConnector: Sendable {
    let configuration: SMTPConfiguration
    private let idleTimeout: Duration
    private let group: any EventLoopGroup
    /// Settings that cannot be used are an error of each connection, as a server that is away is.
    private let context: Result<NIOSSLContext?, SMTPError>

    init(_ configuration: SMTPConfiguration, idleTimeout: Duration, group: any EventLoopGroup) {
        self.configuration = configuration
        self.idleTimeout = idleTimeout
        self.group = group
        context = Self.makeContext(configuration.tls)
    }

    private static func makeContext(_ tls: SMTPTLS) -> Result<NIOSSLContext?, SMTPError> {
        guard tls.mode != .none else { return .success(nil) }
        do {
            var settings = TLSConfiguration.makeClientConfiguration()
            settings.minimumTLSVersion = .tlsv12
            if let roots = tls.trustRoots {
                settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(roots))
            }
            return .success(try NIOSSLContext(configuration: settings))
        } catch {
            return .failure(SMTPError(.tlsFailed, "the TLS settings cannot be used: \(error)"))
        }
    }

    /// A channel whose session is set up.
    func connect() async throws(SMTPError) -> any Channel {
        _ = try context.get()
        let ready = group.any().makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: ready.futureResult.eventLoop)
                .connectTimeout(TimeAmount(configuration.timeouts.connect))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, ready: ready) }
                }
                .connect(host: configuration.host, port: configuration.port)
                .get()
        } catch {
            let failure = SMTPError(.connectFailed, "\(error)")
            ready.fail(failure)
            throw failure
        }
        do {
            try await ready.futureResult.get()
            return channel
        } catch let error as SMTPError {
            throw error
        } catch {
            throw SMTPError(.connectFailed, "\(error)")
        }
    }

    private func addHandlers(to channel: any Channel, ready: EventLoopPromise<Void>) throws {
        let handler = SMTPClientHandler(configuration, idleTimeout: idleTimeout, ready: ready, makeTLS: makeTLSHandler)
        if configuration.tls.mode == .implicit {
            try channel.pipeline.syncOperations.addHandler(makeTLSHandler())
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func makeTLSHandler() throws -> NIOSSLClientHandler {
        guard let context = try context.get() else { throw SMTPError(.tlsFailed, "TLS is not configured") }
        let name = configuration.tls.serverName ?? configuration.host
        // Server name indication is for names only (RFC 6066 §3); the certificate is checked against the address then.
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
    }
}
