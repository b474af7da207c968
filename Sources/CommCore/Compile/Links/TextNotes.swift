import HTML

/// How the addresses of links stand in the text part, and in what order.
struct TextNotes {
    /// How one address stands there.
    enum Form {
        /// By itself: it is the link's text.
        case bare
        /// Behind the link's text, in parentheses or as a footnote.
        case aside
    }

    private struct Place {
        let link: TextLink
        let form: Form
        /// Counted from 1; nil when the address stands in the text itself.
        let footnote: Int?
    }

    private let style: CompileOptions.TextLinks
    private var places: [Place] = []
    private var footnotes: [TextLink] = []
    private var numbers: [String: Int] = [:]

    init(style: CompileOptions.TextLinks) {
        self.style = style
    }

    /// The addresses, by the numbers that the marks of `text(_:)` have.
    private(set) var addresses: [[Segment]] = []

    /// A mark for an address.
    mutating func mark(_ link: TextLink, as form: Form) -> String {
        var footnote: Int?
        if style == .footnotes, form == .aside {
            footnote = numbers[link.spelled] ?? footnotes.count + 1
            if numbers.updateValue(footnote ?? 0, forKey: link.spelled) == nil { footnotes.append(link) }
        }
        places.append(Place(link: link, form: form, footnote: footnote))
        let columns = footnote.map { "[\($0)]".utf8.count } ?? link.columns + (form == .aside ? 2 : 0)
        return PlainText.mark(places.count - 1, columns: columns)
    }

    /// The text with a mark of the cutter's for each address, and with the footnotes.
    mutating func text(_ marked: String) -> String {
        var depth = MergeDepth()
        var text = PlainText.fill(marked) { number, before in
            depth.read(before)
            let place = places[number]
            // The footnotes stand behind the loops, where a loop's own address is not known.
            if let footnote = place.footnote, depth.isOutside || !place.link.hasFields { return "[\(footnote)]" }
            let mark = mark(of: place.link)
            return place.form == .aside ? "(\(mark))" : mark
        }
        for (number, link) in footnotes.enumerated() {
            text += number == 0 ? "\n\n[1] " : "\n[\(number + 1)] "
            text += mark(of: link)
        }
        return text
    }

    private mutating func mark(of link: TextLink) -> String {
        addresses.append(link.address)
        return "\(PlainText.opening)\(addresses.count - 1)\(PlainText.closing)"
    }
}

/// Follows how deep the blocks of the merge language are nested.
private struct MergeDepth {
    private var depth = 0
    private var position = 0

    var isOutside: Bool { depth == 0 }

    /// Reads a text that begins with what was read before.
    mutating func read(_ text: ArraySlice<UInt8>) {
        let bytes = Array(text.dropFirst(position))
        position += bytes.count
        let opening = Array(String(PlainText.opening).utf8)
        for index in bytes.indices where bytes[index] == opening[0] && bytes[index...].starts(with: opening) {
            guard index + opening.count < bytes.count else { continue }
            if bytes[index + opening.count] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index + opening.count] == UInt8(ascii: "}") { depth = max(depth - 1, 0) }
        }
    }
}
