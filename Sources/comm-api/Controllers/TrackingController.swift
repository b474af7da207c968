import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Tracked links and open pixels: `GET /c/{token}` sends the reader on to the URL inside the verified token and nowhere else,
/// `GET /o/{token}` is an image of one pixel.
///
/// In the server most of them are answered by `TrackingHandler` before they get here, in the same way.
struct TrackingController: Sendable {
    let links: TrackedLinks
    let clicks: ClickRecorder
    let pages: PublicPageRenderer

    /// Records the click, then redirects.
    func click(_ request: Request, context: APIContext) async throws -> Response {
        await follow(request, context, as: .clicked)
    }

    /// Something asks where the link leads: no reader does, so it is recorded as what it is.
    func peek(_ request: Request, context: APIContext) async throws -> Response {
        await follow(request, context, as: .clicked).createHeadResponse()
    }

    /// Records the open, then gives the image.
    func open(_ request: Request, context: APIContext) async throws -> Response {
        await follow(request, context, as: .opened)
    }

    private func follow(_ request: Request, _ context: APIContext, as kind: TrackingHit.Kind) async -> Response {
        let seen = TrackingRequest(request.headers)
        var token = context.parameters.get("token") ?? ""
        do {
            let peer = ClientAddress.Peer(context.peer)
            let isHead = request.method == .head
            let answer = try token.withUTF8 { bytes in
                try links.answer(UnsafeRawBufferPointer(bytes), for: kind) { seen.signals(peer: peer, isHead: isHead) }
            }
            await clicks.record(answer.entry)
            let body = answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
            return Response(status: answer.status, headers: answer.headers, body: body)
        } catch {
            let code = (error as? LinkTokenError)?.code
            context.logger.debug("tracked link refused", metadata: ["reason": .string(code?.rawValue ?? "unknown")])
            guard kind == .clicked else { return pages.missingPixel }
            let language = PageLanguage(request.headers)
            return code == .expired
                ? pages.response(.expiredLink(in: language.texts), in: language, status: .gone)
                : pages.response(.invalidLink(in: language.texts), in: language, status: .notFound)
        }
    }
}
