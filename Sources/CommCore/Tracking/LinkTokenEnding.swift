/// The part of a token that differs from link to link, encoded: it can be made once per campaign for a link with a fixed target.
struct LinkTokenEnding: Sendable {
    let bytes: [UInt8]

    /// For tokens that name no link.
    static let none = LinkTokenEnding(claims: Array("}".utf8))

    /// For a click on a link.
    ///
    /// - Throws: `LinkTokenError`: `invalidURL` unless the target is absolute http(s) without blanks and controls; `tooLong`.
    init(index: Int, url: [UInt8]) throws(LinkTokenError) {
        guard Self.isWebURL(url) else { throw LinkTokenError(.invalidURL, "a tracked link needs an absolute http or https URL") }
        var claims = Array(#","idx":\#(index),"url":""#.utf8)
        claims.reserveCapacity(claims.count + url.count + 16)
        JSONText.append(url, to: &claims)
        claims.append(contentsOf: #""}"#.utf8)
        self.init(claims: claims)
        // Header, common claims and signature take less than this.
        guard bytes.count + 600 <= LinkTokenVerifier.largestToken else {
            throw LinkTokenError(.tooLong, "the URL of a tracked link is too long")
        }
    }

    private init(claims: [UInt8]) {
        self.bytes = Base64URL.encode(claims)
    }

    /// Whether a redirect may go there: http or https, a host, no blanks and no controls.
    static func isWebURL(_ url: [UInt8]) -> Bool {
        guard let start = starts(url, with: "https://") ?? starts(url, with: "http://"), url.count > start else { return false }
        let host = url[start]
        guard host != UInt8(ascii: "/"), host != UInt8(ascii: "?"), host != UInt8(ascii: "#") else { return false }
        return url.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// The length of the scheme if the URL begins with it, in whatever case.
    private static func starts(_ url: [UInt8], with scheme: StaticString) -> Int? {
        let count = scheme.utf8CodeUnitCount
        guard url.count >= count else { return nil }
        for place in 0..<count {
            let byte = url[place]
            let lowered = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard lowered == scheme.utf8Start[place] else { return nil }
        }
        return count
    }
}
