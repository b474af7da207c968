import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

/// Tracked links: `GET /c/{token}` sends the reader on to the URL inside the verified token, and nowhere else.
struct TrackingController: Sendable {
    let verifier: LinkTokenVerifier
    let clicks: ClickRecorder
    let pages: PublicPageRenderer
    let time: any TimeSource

    /// Records the click, then redirects.
    func click(_ request: Request, context: APIContext) async throws -> Response {
        try await follow(request, context) { token, link in
            let now = time.now
            let click = TrackingSource.Click(
                tenantID: token.subject.tenantID,
                campaignID: token.subject.campaignID,
                contactID: token.subject.contactID,
                messageID: token.subject.messageID,
                linkIndex: link.index,
                url: link.url,
                userAgent: request.headers[.userAgent].map(Self.storable),
                ip: ClientAddress.of(request, peer: context.peer),
                occurredAt: now,
                eventID: UUIDv7.make(at: now)
            )
            await clicks.record(try click.json())
        }
    }

    /// A link checker asks where the link leads; nobody clicked.
    func peek(_ request: Request, context: APIContext) async throws -> Response {
        try await follow(request, context) { _, _ in }.createHeadResponse()
    }

    private func follow(
        _ request: Request,
        _ context: APIContext,
        _ record: (LinkToken, LinkToken.Link) async throws -> Void
    ) async throws -> Response {
        let token: LinkToken
        do {
            token = try verifier.verify(context.parameters.get("token") ?? "", for: .click, now: time.now)
        } catch {
            context.logger.debug("click refused", metadata: ["reason": .string(error.code.rawValue)])
            return error.code == .expired ? pages.response(.expiredLink, status: .gone) : pages.response(.invalidLink, status: .notFound)
        }
        guard let link = token.link else { return pages.response(.invalidLink, status: .notFound) }
        try await record(token, link)
        return Response(
            status: .found,
            headers: [
                .location: Self.ascii(link.url), .cacheControl: "no-store", .referrerPolicy: "no-referrer", .robots: "noindex, nofollow",
            ]
        )
    }

    /// Header bytes are whatever a client sent; what is stored is text without NUL.
    private static func storable(_ text: String) -> String {
        String(text.prefix(500)).replacing("\0", with: "")
    }

    /// Percent-encodes what a header should not hold.
    private static func ascii(_ url: String) -> String {
        guard url.utf8.contains(where: { $0 >= 0x80 }) else { return url }
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in url.utf8 {
            if byte < 0x80 { bytes.append(byte) } else { bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]] }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
