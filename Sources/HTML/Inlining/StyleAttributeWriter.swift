/// Writes what a `style` attribute gains, and leaves what stands in it as it is.
struct StyleAttributeWriter {
    private let source: SourceBytes
    private let sheet: CSSStylesheet
    private let style: ElementStyle
    private var change = StyleAttributeChange()

    private init(_ style: ElementStyle, _ source: SourceBytes, _ sheet: CSSStylesheet) {
        self.source = source
        self.sheet = sheet
        self.style = style
    }

    /// What the elements of a style get.
    static func change(_ style: ElementStyle, _ source: SourceBytes, _ sheet: CSSStylesheet) -> StyleAttributeChange {
        var writer = StyleAttributeWriter(style, source, sheet)
        if let own = style.own { writer.writeInto(own) } else { writer.writeWhole() }
        return writer.change
    }

    private mutating func writeWhole() {
        guard !style.declarations.isEmpty else { return }
        var whole = Array(" style=\"".utf8)
        whole.reserveCapacity(style.declarations.count * 24)
        for number in style.declarations.indices { append(number, UInt8(ascii: "\""), to: &whole) }
        whole[whole.count - 1] = UInt8(ascii: "\"")
        change.whole = whole
    }

    private mutating func writeInto(_ own: Range<Int>) {
        let quote = style.quote == 0 ? UInt8(ascii: "\"") : style.quote
        var before: [UInt8] = style.quote == 0 ? [quote] : []
        var after: [UInt8] = []
        var importants: [Int] = []
        var isBehind = false
        for (number, item) in style.declarations.enumerated() {
            let isImportant = sheet.declarations[item.declaration].isImportant
            if item.isOwn {
                isBehind = true
                if style.importance[number] == true, !isImportant { importants.append(Int(sheet.declarations[item.declaration].end)) }
            } else if isImportant || isBehind && style.importance[number] == true {
                append(number, quote, to: &after)
            } else {
                append(number, quote, to: &before)
            }
        }
        if !before.isEmpty { change.insertions.append((0, before)) }
        // Where references hide the places, they are left.
        if source.find(UInt8(ascii: "&"), from: own.lowerBound, to: own.upperBound) == own.upperBound {
            for end in importants.sorted() { change.insertions.append((end - own.lowerBound, Array(" !important".utf8))) }
        }
        if !after.isEmpty {
            after.removeLast()
            let ending = own.last { !SourceBytes.isBlank(source[$0]) }.map { source[$0] }
            if ending != UInt8(ascii: ";") { after.insert(UInt8(ascii: ";"), at: 0) }
        }
        if style.quote == 0 { after.append(quote) }
        if !after.isEmpty { change.insertions.append((own.count, after)) }
    }

    private func append(_ number: Int, _ quote: UInt8, to output: inout [UInt8]) {
        let declaration = sheet.declarations[style.declarations[number].declaration]
        Self.escape(sheet.properties.name(declaration.property), quote, to: &output)
        output.append(UInt8(ascii: ":"))
        appendValue(declaration.value, quote, to: &output)
        if style.importance[number] ?? declaration.isImportant { output.append(contentsOf: " !important".utf8) }
        output.append(UInt8(ascii: ";"))
    }

    /// CSS for an attribute value: the other kind of quotes where that is possible, references where not.
    private func appendValue(_ range: Range<Int>, _ quote: UInt8, to output: inout [UInt8]) {
        let other: UInt8 = quote == UInt8(ascii: "\"") ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        let hasQuote = source.find(quote, from: range.lowerBound, to: range.upperBound) < range.upperBound
        let canSwap = hasQuote && source.find(other, from: range.lowerBound, to: range.upperBound) == range.upperBound
        var isAfterBreak = false
        for index in range {
            let byte = source[index]
            // A value over several lines becomes one line.
            if isAfterBreak, SourceBytes.isBlank(byte) { continue }
            isAfterBreak = byte == 0x0A || byte == 0x0D
            if canSwap, byte == quote { output.append(other) } else { Self.escape(byte, quote, to: &output) }
        }
    }

    private static func escape(_ text: ArraySlice<UInt8>, _ quote: UInt8, to output: inout [UInt8]) {
        for byte in text { escape(byte, quote, to: &output) }
    }

    @inline(__always)
    private static func escape(_ byte: UInt8, _ quote: UInt8, to output: inout [UInt8]) {
        switch byte {
        case quote: output.append(contentsOf: (quote == UInt8(ascii: "\"") ? "&quot;" : "&#39;").utf8)
        case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
        case 0x09, 0x0A, 0x0C, 0x0D: if output.last != 0x20 { output.append(0x20) }
        default: output.append(byte)
        }
    }
}
