import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization

/// What a request for a tracked link or an open pixel comes to: the answer, and what is to be kept before it is given.
struct TrackedLinks: Sendable {
    /// An answer that is due once its entry is kept.
    struct Answer: Sendable {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: [UInt8]
        let entry: TrackingInbox.Entry
    }

    /// A transparent GIF of one pixel.
    static let pixel: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0,
        1,
        0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]

    private static let redirectHeaders: HTTPFields = [
        .cacheControl: "no-store", .referrerPolicy: "no-referrer", .robots: "noindex, nofollow", .xContentTypeOptions: "nosniff",
    ]
    private static let pixelHeaders: HTTPFields = [
        .contentType: "image/gif", .cacheControl: "no-store, no-cache, must-revalidate, private, max-age=0",
        .robots: "noindex, nofollow", .xContentTypeOptions: "nosniff",
    ]

    let verifier: LinkTokenVerifier
    let time: any TimeSource
    private let random: ClickIDs

    init(verifier: LinkTokenVerifier, time: any TimeSource) {
        self.verifier = verifier
        self.time = time
        random = ClickIDs()
    }

    /// The answer to a genuine token; the trap's has no target, see `Answer.headers`.
    ///
    /// - Parameter signals: asked for only when the token is genuine.
    /// - Throws: `LinkTokenError` for every other token.
    func answer(
        _ token: UnsafeRawBufferPointer,
        for kind: TrackingHit.Kind,
        signals: () -> TrackingSignals
    ) throws(LinkTokenError) -> Answer {
        let now = time.now
        let link = try verifier.verify(token, for: kind == .clicked ? .click : .open, now: now)
        let id = random.next(at: now)
        let payload = TrackingPayload(
            kind: kind,
            subject: link.subject,
            link: link.link,
            signals: signals(),
            occurredAt: now,
            eventID: id
        )
        let entry = TrackingInbox.Entry(id: id, payload: payload.bytes())
        guard let target = link.link else {
            return Answer(status: .ok, headers: Self.pixelHeaders, body: Self.pixel, entry: entry)
        }
        var headers = Self.redirectHeaders
        guard target.index != LinkToken.Link.trapIndex else { return Answer(status: .noContent, headers: headers, body: [], entry: entry) }
        headers[.location] = Self.ascii(target.url)
        return Answer(status: .found, headers: headers, body: [], entry: entry)
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
