/// Links and images.
extension PlainText {
    /// The addresses that some link with words of its own leads to.
    static func wordLinks(of document: HTMLDocument) -> Set<String> {
        var found: Set<String> = []
        var end = 0
        for (index, node) in document.nodes.enumerated() {
            guard index >= end, let element = node.element, element.name == "a", let tag = element.tag,
                let href = document.value(of: "href", in: tag)
            else { continue }
            end = node.end
            let hasWords = document.nodes[index..<end].contains { node in
                if case .text(let text) = node.content { text.utf8.contains { $0 > 0x20 } } else { false }
            }
            if hasWords { found.insert(href) }
        }
        return found
    }

    mutating func enterLink(_ element: HTMLElement, _ index: Int) {
        guard let tag = element.tag else { return }
        let words = words(below: index)
        let isButton = !words.isEmpty && isButton(tag)
        if isButton { endBlock(blankLine: true) }
        let repeats = words.isEmpty && document.value(of: "href", in: tag).map(wordLinks.contains) == true
        links.append(
            Link(
                tag: tag,
                repeatsAnother: repeats,
                start: layout.paragraphLength,
                startsBehindBlank: layout.endsWithBlank,
                isButton: isButton,
                words: words
            )
        )
    }

    /// The first words below a node, in lower case.
    private func words(below index: Int) -> String {
        var text = ""
        for node in document.nodes[index..<document.nodes[index].end] {
            guard case .text(let part) = node.content, part.utf8.contains(where: { $0 > 0x20 }) else { continue }
            text += String(decoding: part.utf8.prefix(500), as: UTF8.self)
            if text.utf8.count > 500 { break }
        }
        return TextBytes.collapsed(text).lowercased()
    }

    /// Whether a link looks like a button.
    private func isButton(_ tag: SourceTag) -> Bool {
        if document.value(of: "role", in: tag)?.lowercased() == "button" { return true }
        if let names = document.value(of: "class", in: tag)?.lowercased(), names.contains("btn") || names.contains("button") { return true }
        guard let style = tag.attribute("style") else { return false }
        var hasBackground = false
        var hasShape = false
        StyleScan.forEach(in: document.bytes(of: style)) { name, value in
            switch name {
            case "background", "background-color": hasBackground = value != "transparent" && value != "none"
            case "padding", "padding-top", "border-radius", "line-height": hasShape = true
            case "display": if value.hasSuffix("block") { hasShape = true }
            default: break
            }
        }
        return hasBackground && hasShape
    }

    mutating func closeLink() {
        guard var closed = links.popLast() else { return }
        addToLink(closed.text)
        defer { if closed.isButton { endBlock(blankLine: true) } }
        guard closed.tag.attribute("href") != nil else { return }
        closed.text = TextBytes.collapsed(closed.text)
        switch link(closed) {
        case .omit: return
        case .append(let address): layout.addMark(address, afterBlank: true)
        case .replace(let address):
            if let start = closed.start { layout.truncate(to: start, endsWithBlank: closed.startsBehindBlank) }
            layout.addMark(address, afterBlank: true)
        }
    }

    mutating func image(_ element: HTMLElement) {
        guard let tag = element.tag, let text = document.value(of: "alt", in: tag), !isPoint(tag) else { return }
        let words = TextBytes.collapsed(text)
        guard !words.isEmpty, !isFileName(words), words.lowercased() != "spacer" else { return }
        if let last = links.last, words.utf8.count <= 100, last.words.contains(words.lowercased()) { return }
        add("[\(words)]")
    }

    /// Whether an image is too small to be one.
    private func isPoint(_ tag: SourceTag) -> Bool {
        ["width", "height"].contains { name in
            let value = document.value(of: name, in: tag)?.lowercased()
            return value == "0" || value == "1" || value == "1px" || value == "0px"
        }
    }

    private func isFileName(_ text: String) -> Bool {
        guard !text.contains(" "), let dot = text.lastIndex(of: ".") else { return false }
        return ["png", "gif", "jpg", "jpeg", "webp", "svg"].contains(text[text.index(after: dot)...].lowercased())
    }
}
