import HTML

/// What has to hold of parsing and inlining, whatever the input is.
package enum MarkupCheck: String, CaseIterable, Sendable {
    /// The input is a document.
    case html
    /// The input is a style sheet, and also the value of a `style` attribute.
    case css

    /// Something that does not hold.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs the check on an input.
    package func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        switch self {
        case .html: try Self.inline(Array(text.utf8))
        case .css:
            try Self.inline(Array(("<style>" + text.replacing("<", with: "\\3c ") + "</style>" + Self.body).utf8))
            let quoted = text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
            try Self.inline(Array("<style>p,a:hover{color:red}@media print{p{margin:0}}</style><p style=\"\(quoted)\"><a>x</a></p>".utf8))
            try Self.declarations(Array(text.utf8))
        }
    }

    private static let body = """
        <div class="a b" id=i><p title="t">one<a href="https://e.test/" class=a>two</a></p><table><tr><td>three<td class="b">four</table>\
        <ul><li>five<li style="color:red;margin:0">six</ul></div>
        """

    /// No text, no tag and no place is lost, and what was inlined once stays as it is.
    private static func inline(_ source: [UInt8]) throws {
        guard let document = try? HTMLDocument(source) else { return }
        let result = Inliner.inline(document)
        guard result.problems.allSatisfy({ (0...source.count).contains($0.offset) }) else {
            throw Failure(description: "a problem lies outside of the source")
        }
        let output = result.edits.apply(to: source)
        let limits = HTMLParseLimits(bytes: 16 << 20, tags: 40_000, memory: 128 << 20, milliseconds: 2_000)
        guard let inlined = try? HTMLDocument(output, limits: limits) else { throw Failure(description: "the result cannot be parsed") }
        let (before, after) = (Outline(document), Outline(inlined))
        guard before.text == after.text else { throw Failure(description: "text changed: \(before.text) → \(after.text)") }
        guard before.elements == after.elements else {
            throw Failure(description: "elements changed: \(before.elements) → \(after.elements)")
        }
        if result.isTooComplex { return }
        let again = Inliner.inline(inlined).edits.apply(to: output)
        guard again == output else {
            throw Failure(
                description: "inlining twice is not inlining once: \(String(decoding: output, as: UTF8.self)) → "
                    + String(decoding: again, as: UTF8.self)
            )
        }
    }

    private static func declarations(_ text: [UInt8]) throws {
        for declaration in CSSParser.declarations(text).declarations {
            guard !declaration.name.isEmpty, !declaration.range.isEmpty, declaration.range.upperBound <= text.count else {
                throw Failure(description: "a declaration has no name or no place")
            }
        }
    }
}

/// What inlining may not change of a document: everything but its `style` elements and attributes.
private struct Outline {
    var text = ""
    var elements: [String] = []

    init(_ document: HTMLDocument) {
        var end = 0
        for (number, node) in document.nodes.enumerated() where number >= end {
            switch node.content {
            // Blanks between a style element and what follows may come to stand where a parser drops them.
            case .text(let part): text += part.filter { !$0.isWhitespace }
            case .element(let element) where element.name == "style": end = node.end
            case .element(let element):
                let attributes = element.tag?.attributes.map(\.name).filter { $0 != "style" } ?? []
                elements.append(([element.name] + attributes).joined(separator: " "))
            default: break
            }
        }
    }
}
