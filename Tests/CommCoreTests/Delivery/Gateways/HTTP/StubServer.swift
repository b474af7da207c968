import CommTesting
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A provider's server that a test controls: it keeps every request, and answers or misbehaves as it is told.
final class StubServer: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]
    }

    enum Reaction: Sendable {
        case answer(Int, [(String, String)], String)
        /// Takes the request and never answers.
        case hang
        /// Takes the request and closes the connection.
        case hangUp
        /// Answers with bytes that are no HTTP.
        case garbage

        static func answer(_ status: Int, _ text: String) -> Reaction { .answer(status, [], text) }
    }

    let port: Int
    private let channel: any Channel
    private let kept: Requests

    final class Requests: Sendable {
        let list = Mutex<[Request]>([])
        let greetings = Mutex<[String?]>([])
    }

    var requests: [Request] { kept.list.withLock { $0 } }
    /// Those that were not for an access token.
    var messages: [Request] { requests.filter { $0.path != "/token" } }
    var base: String { "http://127.0.0.1:\(port)" }
    /// The names that clients asked for in their TLS greetings.
    var greetings: [String?] { kept.greetings.withLock { $0 } }

    private init(channel: any Channel, port: Int, kept: Requests) {
        self.channel = channel
        self.port = port
        self.kept = kept
    }

    /// - Parameter certificate: speaks TLS with it.
    static func start(
        on host: String = "127.0.0.1",
        port: Int = 0,
        certificate: TestAuthority.Certificate? = nil,
        _ react: @escaping @Sendable (Request) -> Reaction
    ) async throws -> StubServer {
        let kept = Requests()
        let tls = try certificate.map { try context(of: $0, kept) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(kept: kept, react: react))
                }
            }
            .bind(host: host, port: port).get()
        return StubServer(channel: channel, port: channel.localAddress?.port ?? 0, kept: kept)
    }

    private static func context(of certificate: TestAuthority.Certificate, _ kept: Requests) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.pem.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.privateKey.utf8), format: .pem))
        )
        configuration.sslContextCallback = { greeting, promise in
            kept.greetings.withLock { $0.append(greeting.serverHostname) }
            promise.succeed(.noChanges)
        }
        return try NIOSSLContext(configuration: configuration)
    }

    func close() async throws {
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let kept: Requests
        private let react: @Sendable (Request) -> Reaction
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(kept: Requests, react: @escaping @Sendable (Request) -> Reaction) {
            self.kept = kept
            self.react = react
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let bytes): body += Array(bytes.readableBytesView)
            case .end: finish(context)
            }
        }

        private func finish(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let fields = head.headers.map { ($0.name.lowercased(), $0.value) }
            let request = Request(
                method: head.method.rawValue,
                path: head.uri,
                headers: Dictionary(fields, uniquingKeysWith: { first, _ in first }),
                body: body
            )
            kept.list.withLock { $0.append(request) }
            switch react(request) {
            case .hang: return
            case .hangUp: context.close(promise: nil)
            case .garbage:
                // Written below the encoder that would make HTTP of it.
                let channel = context.channel
                channel.pipeline.context(handlerType: HTTPResponseEncoder.self).whenSuccess { encoder in
                    encoder.writeAndFlush(NIOAny(ByteBuffer(string: "this is no HTTP\r\n\r\n")), promise: nil)
                    channel.close(promise: nil)
                }
            case .answer(let status, let extra, let text):
                var headers = HTTPHeaders(extra.map { ($0.0, $0.1) })
                headers.add(name: "Content-Length", value: String(text.utf8.count))
                let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
