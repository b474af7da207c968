import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Sends requests over a few kept connections, and tells what was certainly not sent from what may have arrived.
struct HTTPExchange: Sendable {
    enum Outcome: Sendable {
        case answered(ProviderAnswer)
        /// Not one byte of the body has left: it may be sent again.
        case notSent(reason: String)
        /// The body went out, at least in part, and no whole answer came.
        case lost(reason: String)
    }

    private let client: HTTPClient
    private let names = CertificateNames()
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - connections: kept open at most.
    ///   - timeout: for one exchange, from its start to the last byte of the answer.
    ///   - authorities: who may sign certificates; tests have an authority of their own.
    init(connections: Int, timeout: Duration, authorities: NIOSSLTrustRoots = .default) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = authorities
        configuration.tlsConfiguration = tls
        names.watch(&configuration)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // Shorter than servers keep an idle connection: one that the other side is just closing would lose a request.
        configuration.connectionPool.idleTimeout = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = .milliseconds(Int64(timeout.seconds * 1000))
    }

    func close() async {
        try? await client.shutdown()
    }

    /// One exchange.
    ///
    /// It is not cut short when the task around it is cancelled: what has left has to be known.
    func send(_ request: ProviderRequest) async -> Outcome {
        await Task { await exchange(request) }.value
    }

    private func exchange(_ request: ProviderRequest) async -> Outcome {
        let body = WatchedBody(bytes: request.body)
        names.expect(request.url)
        var http = HTTPClientRequest(url: request.url)
        http.method = .POST
        for (name, value) in request.headers { http.headers.add(name: name, value: value) }
        http.body = .stream(body, length: .known(Int64(request.body.count)))
        do {
            let response = try await client.execute(http, timeout: timeout)
            let bytes = try await response.body.collect(upTo: ProviderAnswer.largestBody)
            let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
            return .answered(
                ProviderAnswer(
                    status: Int(response.status.code),
                    headers: Dictionary(fields, uniquingKeysWith: { first, _ in first }),
                    body: Array(bytes.readableBytesView)
                )
            )
        } catch {
            let reason = Self.reason(error)
            return body.hasBegun ? .lost(reason: reason) : .notSent(reason: reason)
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        if let objection = CertificateNames.objection(in: error) { return objection }
        return ProviderText.clean("\(error)")
    }
}

/// A request body that knows whether the client has begun to send it, which it does once it has a connection.
private struct WatchedBody: AsyncSequence, Sendable {
    fileprivate final class Mark: Sendable {
        let begun = Atomic(false)
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var rest: ByteBuffer?
        fileprivate let mark: Mark

        mutating func next() async -> ByteBuffer? {
            mark.begun.store(true, ordering: .releasing)
            defer { rest = nil }
            return rest
        }
    }

    private let buffer: ByteBuffer
    private let mark = Mark()

    init(bytes: [UInt8]) {
        buffer = ByteBuffer(bytes: bytes)
    }

    var hasBegun: Bool { mark.begun.load(ordering: .acquiring) }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(rest: buffer, mark: mark)
    }
}
