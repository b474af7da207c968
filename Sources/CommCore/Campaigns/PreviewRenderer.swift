import FoundationEssentials

/// A mail as one recipient would see it.
package struct RenderedPreview: Sendable, Equatable, Codable {
    package let subject: String
    package let html: String?
    package let text: String
}

/// Renders without consequences: links lead straight to their targets, and the unsubscribe link is signed with a key that nobody
/// accepts, so that trying out a preview counts no click and unsubscribes nobody.
package struct PreviewRenderer: Sendable {
    /// What stands for a contact where none is given.
    static let demoValues = ["name": "Demo User", "identity_name": "Demo Company", "email": "demo@example.com"]

    private let bases: LinkBases
    private let signer: LinkTokenSigner

    package init(publicBase: String) throws {
        bases = try LinkBases(tracking: publicBase, publicBase: publicBase)
        var random = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        signer = LinkTokenSigner(key: try LinkTokenKey(id: "preview", secret: secret))
    }

    /// - Parameter values: by the names of the program's fields.
    package func render(_ program: RenderProgram, values: [String: String], at now: Date) throws -> RenderedPreview {
        let renderer = try MessageRenderer(program: program.untracked, bases: bases, signer: signer)
        let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        let content = try renderer.render(
            RecipientValues(
                tenantID: nobody,
                campaignID: nobody,
                contactID: nobody,
                messageID: nobody,
                issuedAt: now,
                values: program.fields.map { values[$0] }
            )
        )
        return RenderedPreview(
            subject: String(decoding: content.subject, as: UTF8.self),
            html: content.html.map { String(decoding: $0, as: UTF8.self) },
            text: String(decoding: content.text, as: UTF8.self)
        )
    }

    /// The program's name for what a merge tag names.
    static func field(named name: String) -> String {
        demoValues[name] != nil || name.hasPrefix("attributes.") ? name : "attributes.\(name)"
    }
}

extension RenderProgram {
    /// The same mail with every tracked link replaced by its target.
    fileprivate var untracked: RenderProgram {
        RenderProgram(
            fields: fields,
            subject: subject,
            html: html.map { replaceLinks(in: $0, literal: Self.escapedForHTML, url: .wholeURLInHTML) },
            text: replaceLinks(in: text, literal: { $0 }, url: .wholeURL),
            links: [],
            language: language
        )
    }

    private func replaceLinks(in segments: [Segment], literal: (String) -> String, url: Escaping) -> [Segment] {
        segments.flatMap { $0.replacingLeaves { replaceLink($0, literal: literal, url: url) } }
    }

    private func replaceLink(_ segment: Segment, literal: (String) -> String, url: Escaping) -> [Segment] {
        // Nobody opens a preview.
        if segment == .openPixelURL { return [.literal("data:,")] }
        guard case .trackedLink(let place) = segment, links.indices.contains(place) else { return [segment] }
        return links[place].url.flatMap { part in
            part.replacingLeaves { part in
                switch part {
                case .literal(let text): [.literal(literal(text))]
                case .field(let field, let fallback, .wholeURL): [.field(field, default: fallback, url)]
                case .value(let source, let filters, .wholeURL): [.value(source, filters, url)]
                default: [part]
                }
            }
        }
    }

    private static func escapedForHTML(_ text: String) -> String {
        var bytes: [UInt8] = []
        Escaping.html.append(Array(text.utf8), json: false, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
