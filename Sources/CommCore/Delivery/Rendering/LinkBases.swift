/// Where a mail's own links lead: the tracking domain and the public address of the API.
package struct LinkBases: Sendable, Equatable {
    let click: [UInt8]
    let open: [UInt8]
    /// The web version stands on the tracking domain: what customers write never shares an origin with the API.
    let view: [UInt8]
    let unsubscribe: [UInt8]
    let preferences: [UInt8]

    /// Bases such as `https://track.example.com` and `https://example.com/communications`.
    ///
    /// - Throws: `RenderError` when one is not an absolute http(s) URL of plain characters, without query and fragment.
    package init(tracking: String, publicBase: String) throws(RenderError) {
        let publicBase = try Self.checked(publicBase)
        self.init(
            tracking: try Self.checked(tracking),
            unsubscribe: publicBase + Array("/t/u/".utf8),
            preferences: publicBase + Array("/p/".utf8)
        )
    }

    private init(tracking: [UInt8], unsubscribe: [UInt8], preferences: [UInt8]) {
        self.click = tracking + Array("/c/".utf8)
        self.open = tracking + Array("/o/".utf8)
        self.view = tracking + Array("/v/".utf8)
        self.unsubscribe = unsubscribe
        self.preferences = preferences
    }

    /// The same with another tracking domain; nil keeps this one.
    func tracking(by base: String?) throws(RenderError) -> LinkBases {
        guard let base else { return self }
        return LinkBases(tracking: try Self.checked(base), unsubscribe: unsubscribe, preferences: preferences)
    }

    /// The base without slashes at its end.
    ///
    /// Its characters need no escaping in HTML, JSON and text.
    private static func checked(_ base: String) throws(RenderError) -> [UInt8] {
        var bytes = Array(base.utf8)
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        let plain = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: ":"): true
            default: "-._~/[]%".utf8.contains(byte)
            }
        }
        guard plain, LinkTokenEnding.isWebURL(bytes) else {
            throw RenderError(.invalidBase, "a link base has to be an absolute http or https URL without query: \(base)")
        }
        return bytes
    }
}
