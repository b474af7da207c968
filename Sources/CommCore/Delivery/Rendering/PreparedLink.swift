/// A tracked link with everything done that does not depend on the recipient.
enum PreparedLink: Sendable {
    /// A fixed target: the token's ending is encoded once for all.
    case fixed(LinkTokenEnding)
    /// A target with the recipient's values in it.
    case personal(index: Int, [PreparedSegment])

    init(_ target: LinkTarget, in program: RenderProgram) throws(RenderError) {
        let refersToLink = target.url.holds { segment in
            switch segment {
            case .trackedLink, .unsubscribeURL, .webVersionURL, .preferencesURL, .openPixelURL: true
            default: false
            }
        }
        if refersToLink { throw RenderError(.invalidProgram, "the target of link \(target.index) refers to another link") }
        let prepared = try PreparedSegment.prepare(target.url, in: program)
        if Self.isPersonal(target) {
            self = .personal(index: target.index, prepared)
        } else {
            var url: [UInt8] = []
            for segment in prepared { segment.append(BoundMessage(), json: false, to: &url) }
            self = .fixed(try Self.ending(target.index, url))
        }
    }

    /// Whether the target depends on the recipient.
    static func isPersonal(_ target: LinkTarget) -> Bool {
        target.url.contains { if case .literal = $0 { false } else { true } }
    }

    /// The ending of the recipient's token.
    ///
    /// - Throws: `RenderError` with `invalidLink` when the values make no web URL of the target.
    func ending(for message: BoundMessage, _ state: inout LogicState) throws(RenderError) -> LinkTokenEnding {
        switch self {
        case .fixed(let ending): return ending
        case .personal(let index, let segments):
            var url: [UInt8] = []
            try PreparedLogic.append(segments, message, json: false, &state, to: &url)
            return try Self.ending(index, url)
        }
    }

    private static func ending(_ index: Int, _ url: [UInt8]) throws(RenderError) -> LinkTokenEnding {
        do {
            return try LinkTokenEnding(index: index, url: url)
        } catch {
            throw RenderError(.invalidLink, "link \(index): \(error.message)")
        }
    }
}
