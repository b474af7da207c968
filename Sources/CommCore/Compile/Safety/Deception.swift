import HTML

/// Warns of what readers do not see: hidden text, and images that only report that the mail was opened.
enum Deception {
    /// Looks at a document.
    static func check(_ document: HTMLDocument, _ context: inout CompileContext) {
        checkTexts(document, &context)
        for (_, element) in document.elements where element.name == "img" {
            guard let tag = element.tag, isPoint(tag, document), let source = document.value(of: "src", in: tag) else { continue }
            guard LinkHost(address: source) != nil || LinkHost.isProtocolRelative(source) else { continue }
            context.warn(
                context.issue(
                    "foreign_tracking_pixel",
                    "An image of one pixel reports the opening to somebody else",
                    at: tag.range.lowerBound
                )
            )
        }
    }

    private static func isPoint(_ tag: SourceTag, _ document: HTMLDocument) -> Bool {
        func isSmall(_ name: String) -> Bool {
            guard let value = document.value(of: name, in: tag)?.filter({ $0.isNumber || $0 == "." }) else { return false }
            return Double(value).map { $0 <= 1 } ?? false
        }
        if isSmall("width"), isSmall("height") { return true }
        guard let style = document.value(of: "style", in: tag)?.lowercased().filter({ !$0.isWhitespace }) else { return false }
        let declarations = style.split(separator: ";")
        return ["width", "height"].allSatisfy { name in
            isSmall(name)
                || declarations.contains { ["\(name):1px", "\(name):0", "\(name):0px"].contains($0.replacing("!important", with: "")) }
        }
    }

    /// Text that is not seen, once something was seen: before that it is the preheader.
    private static func checkTexts(_ document: HTMLDocument, _ context: inout CompileContext) {
        let visibility = Visibility(of: document)
        var hasBegun = false
        var index = 1
        while index < document.nodes.count {
            let node = document.nodes[index]
            switch node.content {
            case .element(let element):
                if ["head", "style", "script", "title", "template"].contains(element.name) {
                    index = node.end - 1
                } else if let reason = visibility.elements[index] {
                    if hasBegun, reason != .notDisplayed, let tag = element.tag, holdsWords(document, index) {
                        warn(reason, at: tag.range.lowerBound, &context)
                    }
                    index = node.end - 1
                }
            case .text(let text):
                guard hasWords(text) else { break }
                if let reason = visibility.texts[index] {
                    if hasBegun { warn(reason, at: max(node.sourceOffset, 0), &context) }
                } else {
                    hasBegun = true
                }
            default: break
            }
            index += 1
        }
    }

    private static func warn(_ reason: Visibility.Reason, at offset: Int, _ context: inout CompileContext) {
        context.warn(context.issue("invisible_text", "Text is \(reason.rawValue), which filters take for deception", at: offset))
    }

    private static func holdsWords(_ document: HTMLDocument, _ index: Int) -> Bool {
        document.nodes[index..<document.nodes[index].end].contains { node in
            if case .text(let text) = node.content { hasWords(text) } else { false }
        }
    }

    /// Fillers are no words.
    private static func hasWords(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            scalar.value > 0x20 && !scalar.properties.isWhitespace && !HiddenCharacters.isHidden(Character(scalar))
                && scalar.value != 0x2800
        }
    }
}
