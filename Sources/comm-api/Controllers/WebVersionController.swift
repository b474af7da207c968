import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres

/// "View in browser": `GET /v/{token}` shows the mail that the link came with, and counts nothing.
struct WebVersionController: Sendable {
    /// What customers write may show pictures and styles; it runs nothing, sends nothing and is framed by nobody.
    ///
    /// Links open as usual.
    private static let policy = """
        default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline' https:; font-src https: data:; media-src https:; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
        sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation
        """

    let verifier: LinkTokenVerifier
    let messages: MessageRebuilder
    let pages: PublicPageRenderer
    let time: any TimeSource

    func show(_ request: Request, context: APIContext) async throws -> Response {
        let language = PageLanguage(request.headers)
        let token: LinkToken
        do {
            token = try verifier.verify(context.parameters.get("token") ?? "", for: .view, now: time.now)
        } catch {
            context.logger.debug("web version refused", metadata: ["reason": .string(error.code.rawValue)])
            return error.code == .expired
                ? pages.response(.expiredLink(in: language.texts), in: language, status: .gone)
                : pages.response(.invalidLink(in: language.texts), in: language, status: .notFound)
        }
        do {
            switch try await messages.webVersion(of: token.subject) {
            case .html(let bytes): return page(bytes, type: "text/html")
            case .text(let bytes): return page(bytes, type: "text/plain")
            case .gone: return pages.response(.messageGone(in: language.texts), in: language, status: .gone)
            case .unknown: return pages.response(.messageGone(in: language.texts), in: language, status: .notFound)
            }
        } catch let error as PostgresError where error.isTransient {
            var response = pages.response(.messageLater(in: language.texts), in: language, status: .serviceUnavailable)
            response.headers[.retryAfter] = "60"
            return response
        }
    }

    private func page(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "\(type); charset=utf-8",
                .contentSecurityPolicy: Self.policy,
                .cacheControl: "private, max-age=300",
                .xContentTypeOptions: "nosniff",
                .referrerPolicy: "no-referrer",
                .robots: "noindex, nofollow",
                .frameOptions: "DENY",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
