import HTML

/// Puts the preheader at the beginning of the mail's body, where mail programs look for it, hidden from readers.
struct AddPreheader: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let document = context.document, let preheader = context.options.preheader, !preheader.isEmpty else { return }
        let opening = #"<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all">"#
        var content: [SourceEdits.Piece] = [.bytes(Array(opening.utf8))]
        for segment in SegmentCutter.cut(preheader, as: .html, part: .preheader, &context) {
            content += segment.replacingLeaves { [Self.escaped($0)] }.map { context.marker($0) }
        }
        content.append(.bytes(Array("</div>".utf8)))
        let place = start(of: document)
        context.edits.replace(place..<place, with: content)
    }

    private static func escaped(_ segment: Segment) -> Segment {
        guard case .literal(let text) = segment else { return segment }
        var bytes: [UInt8] = []
        Escaping.html.append(Array(text.utf8), json: false, to: &bytes)
        return .literal(String(decoding: bytes, as: UTF8.self))
    }

    /// Behind the start tag of the body; in a fragment, behind what stands before its first element.
    private func start(of document: HTMLDocument) -> Int {
        var head = 0
        for (_, element) in document.elements {
            guard let tag = element.tag else { continue }
            switch element.name {
            case "body": return tag.range.upperBound
            case "html": head = max(head, tag.range.upperBound)
            case "head": head = max(head, element.endTag?.upperBound ?? tag.range.upperBound)
            case "meta", "title", "style", "link", "base", "script", "noscript":
                head = max(head, element.endTag?.upperBound ?? tag.range.upperBound)
            default: return max(head, afterDeclarations(document))
            }
        }
        return max(head, afterDeclarations(document))
    }

    private func afterDeclarations(_ document: HTMLDocument) -> Int {
        var end = 0
        for item in document.items {
            guard case .declaration(let range) = item, document.source[end..<range.lowerBound].allSatisfy({ $0 <= 0x20 }) else { break }
            end = range.upperBound
        }
        return end
    }
}
