import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization

/// What a request for a tracked link or an open pixel comes to: the answer, and what is to be kept before it is given.
struct TrackedLinks: Sendable {
    /// An answer that is due once its entry is kept.
    struct Answer: Sendable {
        enum Kind: Sendable {
            /// To this URL, in ASCII.
            case redirect(String)
            /// The trap's link leads nowhere.
            case trap
            case pixel
        }

        let kind: Kind
        let entry: TrackingInbox.Entry

        var status: HTTPResponse.Status {
            switch kind {
            case .redirect: .found
            case .trap: .noContent
            case .pixel: .ok
            }
        }

        var headers: HTTPFields {
            switch kind {
            case .redirect(let url):
                var headers = TrackedLinks.redirectHeaders
                headers[.location] = url
                return headers
            case .trap: return TrackedLinks.redirectHeaders
            case .pixel: return TrackedLinks.pixelHeaders
            }
        }

        var body: [UInt8] {
            if case .pixel = kind { TrackedLinks.pixel } else { [] }
        }
    }

    /// A transparent GIF of one pixel.
    static let pixel: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0,
        1,
        0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]

    static let redirectHeaders: HTTPFields = [
        .cacheControl: "no-store", .referrerPolicy: "no-referrer", .robots: "noindex, nofollow", .xContentTypeOptions: "nosniff",
    ]
    static let pixelHeaders: HTTPFields = [
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

    /// The answer to a genuine token.
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
        guard let target = link.link else { return Answer(kind: .pixel, entry: entry) }
        guard target.index != LinkToken.Link.trapIndex else { return Answer(kind: .trap, entry: entry) }
        return Answer(kind: .redirect(Self.ascii(target.url)), entry: entry)
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
