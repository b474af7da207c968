import CommCore
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Runs a POST with an `Idempotency-Key` once and gives every repetition the stored answer
/// (draft-ietf-httpapi-idempotency-key-header-07).
struct IdempotencyMiddleware: RouterMiddleware {
    private let repository: IdempotencyRepository
    private let maxBodyBytes: Int

    init(repository: IdempotencyRepository, maxBodyBytes: Int) {
        self.repository = repository
        self.maxBodyBytes = maxBodyBytes
    }

    func handle(
        _ request: Request,
        context: TenantContext,
        next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .post, let key = try Self.key(of: request) else { return try await next(request, context) }
        var request = request
        let body = try await request.collectBytes(limit: maxBodyBytes)
        request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        let fingerprint = IdempotencyFingerprint.of(method: "POST", path: request.uri.string, body: body)
        return try await once(key, fingerprint, request, context, next)
    }

    /// The same for a request whose body was too large to be kept: `work` runs once.
    ///
    /// - Parameter bodyDigest: SHA-256 of the body.
    func once(
        _ request: Request,
        context: TenantContext,
        bodyDigest: SHA256Digest,
        _ work: () async throws -> Response
    ) async throws -> Response {
        guard let key = try Self.key(of: request) else { return try await work() }
        let fingerprint = IdempotencyFingerprint.of(method: "POST", path: request.uri.string, bodyDigest: bodyDigest)
        return try await once(key, fingerprint, request, context) { _, _ in try await work() }
    }

    private static func key(of request: Request) throws -> IdempotencyKey? {
        guard let header = request.headers[.idempotencyKey] else { return nil }
        guard let key = IdempotencyKey(header: header) else {
            throw Problem.invalid("Idempotency-Key", "Idempotency-Key must be 1 to 255 visible ASCII characters")
        }
        return key
    }

    private func once(
        _ key: IdempotencyKey,
        _ fingerprint: [UInt8],
        _ request: Request,
        _ context: TenantContext,
        _ next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        let claim = try await repository.claim(
            tenantID: context.tenantID,
            scope: "\(context.caller.credential) POST \(context.endpointPath ?? "")",
            key: key,
            fingerprint: fingerprint
        )
        switch claim {
        case .new(let lease): return try await run(request, context, lease, next)
        case .replay(let answer): return Self.replay(answer)
        case .mismatch:
            throw Problem(.unprocessableContent, code: "idempotency_key_reused", "The Idempotency-Key was used for another request")
        case .running(let retryAfter):
            var problem = Problem(.conflict, code: "idempotency_key_running", "The first request with this Idempotency-Key still runs")
            problem.headers[.retryAfter] = String(retryAfter)
            throw problem
        }
    }

    private func run(
        _ request: Request,
        _ context: TenantContext,
        _ lease: IdempotencyLease,
        _ next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            return try await keep(response, lease, context)
        } catch {
            let problem = Problem(describing: error, of: request)
            guard problem.isFinal else {
                await release(lease, context)
                throw error
            }
            return try await keep(problem.response(instance: request.uri.path, requestID: context.requestID), lease, context)
        }
    }

    /// Stores the answer before it is given; when that fails, the answer is still the truth, and the lease ends by itself.
    private func keep(_ response: Response, _ lease: IdempotencyLease, _ context: TenantContext) async throws -> Response {
        var response = response
        let collector = BodyCollector()
        try await response.body.write(collector)
        let bytes = collector.bytes
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        let answer = StoredAnswer(status: response.status.code, contentType: response.headers[.contentType], body: bytes)
        do {
            try await repository.store(tenantID: context.tenantID, lease: lease, answer: answer)
        } catch {
            context.logger.error("answer could not be kept for its idempotency key", metadata: ["error": .string("\(error)")])
        }
        return response
    }

    private func release(_ lease: IdempotencyLease, _ context: TenantContext) async {
        do {
            try await repository.release(tenantID: context.tenantID, lease: lease)
        } catch {
            context.logger.warning("idempotency key could not be released", metadata: ["error": .string("\(error)")])
        }
    }

    private static func replay(_ answer: StoredAnswer) -> Response {
        var headers: HTTPFields = [.idempotencyReplayed: "true"]
        headers[.contentType] = answer.contentType
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}

extension Problem {
    /// Whether the same request would always meet it, so that it may be stored as the answer.
    fileprivate var isFinal: Bool {
        status.code < 500 && status != .tooManyRequests && status != .requestTimeout
    }
}
