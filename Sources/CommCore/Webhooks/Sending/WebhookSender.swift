import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends requests to one endpoint, over connections to the address that was checked.
///
/// Redirects are not followed, of an answer only the beginning is read, and everything together has a time limit.
struct WebhookSender: Sendable {
    /// What is sent, ready to be signed.
    struct Message: Sendable {
        /// `webhook-id`.
        let id: String
        let body: [UInt8]
    }

    /// Bytes of an answer that are read at most.
    private static let largestAnswer = 64 << 10
    static let userAgent = "CommunicationsBlock-Webhooks/1.0"

    private let client: HTTPClient
    private let url: String
    private let headers: [String: String]
    private let secrets: [WebhookSecret]
    private let timeout: TimeAmount
    private let time: any TimeSource

    /// - Parameters:
    ///   - address: the checked one; the name in the URL is shown to the server and compared with its certificate.
    ///   - connections: how many requests may run at once.
    ///   - timeout: from the start of a request to the end of its answer.
    ///   - authorities: who may sign certificates.
    init(
        url: WebhookURL,
        address: String,
        headers: [String: String],
        secrets: [WebhookSecret],
        connections: Int,
        timeout: Duration,
        authorities: NIOSSLTrustRoots,
        time: any TimeSource
    ) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout.connect = .milliseconds(min(10_000, Int64(timeout.seconds * 1000)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.idleTimeout = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [url.host: address]
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = authorities
        configuration.tlsConfiguration = tls
        let names = CertificateNames()
        names.expect(url.text)
        names.watch(&configuration)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.url = url.text
        self.headers = headers
        self.secrets = secrets
        self.timeout = .milliseconds(Int64(timeout.seconds * 1000))
        self.time = time
    }

    func close() async {
        try? await client.shutdown()
    }

    /// One request.
    ///
    /// It is not cut short when the task around it is cancelled: what has left has to be known.
    func send(_ message: Message) async -> WebhookResult {
        await Task { await exchange(message) }.value
    }

    private func exchange(_ message: Message) async -> WebhookResult {
        let now = time.now
        let timestamp = Int(now.timeIntervalSince1970)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: Self.userAgent)
        request.headers.add(name: "webhook-id", value: message.id)
        request.headers.add(name: "webhook-timestamp", value: String(timestamp))
        request.headers.add(
            name: "webhook-signature",
            value: WebhookSignature.header(id: message.id, timestamp: timestamp, body: message.body, secrets: secrets)
        )
        request.body = .bytes(ByteBuffer(bytes: message.body))
        let start = ContinuousClock.now
        do {
            let response = try await client.execute(request, timeout: timeout)
            // The status decides; that the rest is slow, endless or broken changes nothing any more.
            let body = await Self.beginning(of: response)
            return WebhookResult(
                status: Int(response.status.code),
                latency: start.duration(to: .now),
                body: body,
                retryAfter: response.headers.first(name: "retry-after").flatMap { Self.retryAfter($0, now: now) }
            )
        } catch {
            return WebhookResult(unanswered: Self.reason(error), latency: start.duration(to: .now))
        }
    }

    private static func beginning(of response: HTTPClientResponse) async -> [UInt8] {
        var body: [UInt8] = []
        do {
            for try await part in response.body {
                body += part.readableBytesView.prefix(WebhookResult.longestResponse * 4)
                if body.count + part.readableBytes > largestAnswer { break }
            }
        } catch {}
        return body
    }

    private static func retryAfter(_ text: String, now: Date) -> Date? {
        if let seconds = Int(text), seconds >= 0 { return now.addingTimeInterval(TimeInterval(min(seconds, 86_400))) }
        return HTTPDate.date(from: text).map { min($0, now.addingTimeInterval(86_400)) }
    }

    private static func reason(_ error: any Error) -> String {
        if let objection = CertificateNames.objection(in: error) { return objection }
        guard let error = error as? HTTPClientError else { return "no connection: \(ProviderText.clean("\(error)"))" }
        return switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: "no answer in time"
        case .connectTimeout: "no connection in time"
        case .remoteConnectionClosed: "the connection was closed without an answer"
        default: ProviderText.clean(error.shortDescription)
        }
    }
}
