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
