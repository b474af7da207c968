/// Which parts of a document people do not see, as far as attributes tell, and why.
package struct Visibility {
    /// Why something is not seen.
    package enum Reason: String, Sendable, CaseIterable {
        case notDisplayed = "not displayed"
        case transparent = "transparent"
        case collapsed = "without height"
        case offScreen = "off the screen"
        case tiny = "too small to be read"
        case sameColor = "of the colour of its background"
    }

    /// Elements that are not seen with all that is in them, by their places in the document's nodes.
    package private(set) var elements: [Int: Reason] = [:]
    /// Texts that are not seen although their elements may hold others that are.
    package private(set) var texts: [Int: Reason] = [:]

    /// What texts take from the elements around them.
    private struct Inherited {
        var fontSize = 16.0
        var color: UInt32? = 0
        var background: UInt32? = 0xFFFFFF
    }

    /// Looks at a document.
    ///
    /// - Parameter hidden: elements that style rules hide
    package init(of document: HTMLDocument, hidden: Set<Int> = []) {
        let decidesColors = !Self.hasBackgroundRules(document)
        var open: [(end: Int, inherited: Inherited)] = [(document.nodes.count, Inherited())]
        var index = 1
        while index < document.nodes.count {
            while open.count > 1, let last = open.last, last.end <= index { open.removeLast() }
            let node = document.nodes[index]
            let inherited = open.last?.inherited ?? Inherited()
            switch node.content {
            case .element(let element):
                var style = ElementLook(inherited: inherited.fontSize)
                if let tag = element.markup, !tag.attributes.isEmpty { style.read(tag, element.name, document) }
                if hidden.contains(index) { style.reason = style.reason ?? .notDisplayed }
                if let reason = style.reason {
                    elements[index] = reason
                    index = node.end - 1
                } else if style.changes {
                    open.append((node.end, Self.merged(style, into: inherited)))
                }
            case .text:
                if inherited.fontSize <= 3 {
                    texts[index] = .tiny
                } else if decidesColors, let color = inherited.color, color == inherited.background {
                    texts[index] = .sameColor
                }
            default: break
            }
            index += 1
        }
    }

    private static func merged(_ style: ElementLook, into inherited: Inherited) -> Inherited {
        var merged = inherited
        if let size = style.fontSize { merged.fontSize = size }
        if style.setsColor { merged.color = style.color }
        if style.setsBackground { merged.background = style.background }
        return merged
    }

    /// Whether rules may give elements a background that attributes say nothing of.
    private static func hasBackgroundRules(_ document: HTMLDocument) -> Bool {
        document.items.contains { item in
            guard case .tag(let tag) = item, tag.name == "style" || tag.name == "link" else { return false }
            guard let content = tag.rawContent else { return tag.name == "link" }
            return document.string(content).lowercased().contains("background")
        }
    }
}
