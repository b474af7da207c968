/// The names of elements that the parser treats in a way of their own, as numbers.
enum HTMLName: UInt8, CaseIterable, Sendable {
    case other, a, abbr, address, applet, area, article, aside, b, base, basefont, bgsound, big, blockquote, body, br, button, caption
    case center, code, col, colgroup, command, dd, details, dialog, dir, div, dl, dt, em, embed, fieldset, figcaption, figure, font
    case footer, form, frame, frameset, h1, h2, h3, h4, h5, h6, head, header, hgroup, hr, html, i, iframe, image, img, input, keygen, li
    case link, listing, main, marquee, math, menu, menuitem, meta, nav, nobr, noembed, noframes, noscript, object, ol, optgroup, option
    case p, param, plaintext, pre, rb, rp, rt, rtc, ruby, s, script, search, section, select, small, source, span, strike, strong, style
    case sub, summary, sup, svg, table, tbody, td, template, textarea, tfoot, th, thead, title, tr, track, tt, u, ul, wbr, xmp

    /// The name as text; empty for `other`.
    var text: String { Self.texts[Int(rawValue)] }

    private static let texts: [String] = allCases.map { $0 == .other ? "" : "\($0)" }

    /// The number of a name in lower case.
    init(text: some StringProtocol) {
        self = Self.numbers[String(text)] ?? .other
    }

    private static let numbers = Dictionary(uniqueKeysWithValues: allCases.map { ($0.text, $0) })

    /// Elements whose content is no markup, wherever they stand.
    var isRaw: Bool {
        switch self {
        case .style, .script, .title, .textarea, .xmp, .iframe, .noembed, .noframes, .plaintext: true
        default: false
        }
    }
}

/// Finds the number of a name by its bytes.
struct HTMLNameTable: Sendable {
    /// The one table.
    static let shared = HTMLNameTable()

    private static let size = 512
    private var keys: [UInt64] = Array(repeating: 0, count: size)
    private var names: [HTMLName] = Array(repeating: .other, count: size)

    private init() {
        for name in HTMLName.allCases where name != .other && name.text.utf8.count <= 8 {
            var key: UInt64 = 0
            for byte in name.text.utf8 { key = key << 8 | UInt64(byte) }
            var slot = Self.slot(key)
            while keys[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
            keys[slot] = key
            names[slot] = name
        }
    }

    private static func slot(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 55)
    }

    /// The number of the name in a range.
    func name(_ bytes: SourceBytes, _ range: Range<Int>) -> HTMLName {
        guard range.count <= 8 else {
            if bytes.isWord(range, "blockquote") { return .blockquote }
            if bytes.isWord(range, "figcaption") { return .figcaption }
            return bytes.isWord(range, "plaintext") ? .plaintext : .other
        }
        var key: UInt64 = 0
        for index in range { key = key << 8 | UInt64(SourceBytes.lowered(bytes[index])) }
        var slot = Self.slot(key)
        while keys[slot] != 0 {
            if keys[slot] == key { return names[slot] }
            slot = (slot + 1) & (Self.size - 1)
        }
        return .other
    }
}
