/// Writes what an element's `style` attribute gains, and leaves what stands in it as it is.
struct StyleAttributeWriter {
    private let document: HTMLDocument
    private let style: ElementStyle

    init(document: HTMLDocument, style: ElementStyle) {
        self.document = document
        self.style = style
    }

    /// Makes the changes.
    func write(to edits: inout SourceEdits) {
        guard let attribute = style.tag.attribute("style"), let value = attribute.value,
            document.source[value].contains(where: { !CSSTokenizer.isBlank($0) })
        else { return writeNew(to: &edits) }
        var before = ""
        var after = ""
        var own = false
        for (number, item) in style.declarations.enumerated() {
            if item.rule == nil {
                own = true
                makeImportant(number, item, value, &edits)
            } else if item.declaration.isImportant || own && style.importance[number] == true {
                after += text(number)
            } else {
                before += text(number)
            }
        }
        let quote = attribute.quote ?? UInt8(ascii: "\"")
        if attribute.quote == nil {
            edits.replace(value.lowerBound..<value.lowerBound, with: [quote])
            // Without quotes around it, a value may hold what ends it now.
            for place in value where document.source[place] == quote {
                edits.replace(place..<place + 1, with: Array("&quot;".utf8))
            }
        }
        if !before.isEmpty { edits.replace(value.lowerBound..<value.lowerBound, with: Self.escaped(before, quote)) }
        if !after.isEmpty {
            let ending = document.source[value].last { !CSSTokenizer.isBlank($0) }
            let separator = ending == UInt8(ascii: ";") ? "" : ";"
            edits.replace(value.upperBound..<value.upperBound, with: Self.escaped(separator + after.dropLast(), quote))
        }
        if attribute.quote == nil {
            edits.replace(value.upperBound..<value.upperBound, with: [quote])
        }
    }

    private func writeNew(to edits: inout SourceEdits) {
        let text = style.declarations.indices.map(text).joined().dropLast()
        guard !text.isEmpty else { return }
        let value = Array(" style=\"".utf8) + Self.escaped(text, UInt8(ascii: "\"")) + [UInt8(ascii: "\"")]
        if let attribute = style.tag.attribute("style") {
            edits.replace(attribute.range, with: Array(value.dropFirst()))
        } else {
            edits.replace(style.tag.attributeInsertion..<style.tag.attributeInsertion, with: value)
        }
    }

    private func text(_ number: Int) -> String {
        let declaration = style.declarations[number].declaration
        let isImportant = style.importance[number] ?? declaration.isImportant
        return "\(declaration.name):\(declaration.value)\(isImportant ? " !important" : "");"
    }

    /// Makes a declaration of the attribute important where it stands.
    ///
    /// Where references hide the places, it is left.
    private func makeImportant(_ number: Int, _ item: CascadeDeclaration, _ value: Range<Int>, _ edits: inout SourceEdits) {
        guard style.importance[number] == true, !item.declaration.isImportant, !document.source[value].contains(UInt8(ascii: "&")) else {
            return
        }
        let end = value.lowerBound + item.declaration.range.upperBound
        edits.replace(end..<end, with: Array(" !important".utf8))
    }

    /// CSS for an attribute value: the other kind of quotes where that is possible, references where not.
    private static func escaped(_ css: some StringProtocol, _ quote: UInt8) -> [UInt8] {
        let other: UInt8 = quote == UInt8(ascii: "\"") ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        let canSwap = !css.utf8.contains(other)
        var output: [UInt8] = []
        output.reserveCapacity(css.utf8.count)
        for byte in css.utf8 {
            switch byte {
            case quote:
                if canSwap { output.append(other) } else { output += Array((quote == UInt8(ascii: "\"") ? "&quot;" : "&#39;").utf8) }
            case UInt8(ascii: "&"): output += Array("&amp;".utf8)
            case UInt8(ascii: "<"): output += Array("&lt;".utf8)
            case 0x09, 0x0A, 0x0C, 0x0D: if output.last != 0x20 { output.append(0x20) }
            default: output.append(byte)
            }
        }
        return output
    }
}
