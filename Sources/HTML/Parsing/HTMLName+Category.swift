extension HTMLName {
    /// Elements without content.
    var isVoid: Bool {
        switch self {
        case .area, .base, .basefont, .bgsound, .br, .col, .command, .embed, .frame, .hr, .img, .input, .keygen, .link, .meta, .param,
            .source, .track, .wbr:
            true
        default: false
        }
    }

    /// Elements that stop the search for what an end tag closes (HTML, 13.2.4.2).
    var isSpecial: Bool {
        switch self {
        case .address, .applet, .area, .article, .aside, .base, .basefont, .bgsound, .blockquote, .body, .br, .button, .caption, .center,
            .col, .colgroup, .dd, .details, .dir, .div, .dl, .dt, .embed, .fieldset, .figcaption, .figure, .footer, .form, .frame,
            .frameset, .h1, .h2, .h3, .h4, .h5, .h6, .head, .header, .hgroup, .hr, .html, .iframe, .img, .input, .keygen, .li, .link,
            .listing, .main, .marquee, .menu, .meta, .nav, .noembed, .noframes, .noscript, .object, .ol, .p, .param, .plaintext, .pre,
            .script, .search, .section, .select, .source, .style, .summary, .table, .tbody, .td, .template, .textarea, .tfoot, .th,
            .thead, .title, .tr, .track, .ul, .wbr, .xmp:
            true
        default: false
        }
    }

    /// Elements that a search does not look out of.
    var isScope: Bool {
        switch self {
        case .applet, .caption, .html, .table, .td, .th, .marquee, .object, .template: true
        default: false
        }
    }

    /// Elements that close a paragraph before them.
    var closesParagraph: Bool {
        switch self {
        case .address, .article, .aside, .blockquote, .center, .details, .dir, .div, .dl, .fieldset, .figcaption, .figure, .footer,
            .header, .hgroup, .main, .menu, .nav, .ol, .p, .section, .summary, .ul:
            true
        default: false
        }
    }

    /// Elements whose end tag may be left out before an end tag.
    var hasImpliedEnd: Bool {
        switch self {
        case .dd, .dt, .li, .optgroup, .option, .p, .rb, .rp, .rt, .rtc: true
        default: false
        }
    }

    /// Elements that are opened again when they were closed by something else's end.
    var isFormatting: Bool {
        switch self {
        case .a, .b, .big, .code, .em, .font, .i, .nobr, .s, .small, .strike, .strong, .tt, .u: true
        default: false
        }
    }

    var isHeading: Bool {
        switch self {
        case .h1, .h2, .h3, .h4, .h5, .h6: true
        default: false
        }
    }

    /// `td` and `th`.
    var isCell: Bool { self == .td || self == .th }

    /// `tbody`, `thead` and `tfoot`.
    var isSection: Bool { self == .tbody || self == .thead || self == .tfoot }

    /// The parts of a table, but not the table.
    var isTablePart: Bool {
        switch self {
        case .caption, .col, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr: true
        default: false
        }
    }

    /// What this builder leaves to the parser for everything.
    var isBeyondBuilder: Bool {
        switch self {
        case .select, .option, .optgroup, .svg, .math, .template, .frameset, .frame, .plaintext, .image, .rb, .rp, .rt, .rtc, .dialog,
            .search, .menuitem, .applet, .marquee, .object, .button, .command, .noscript, .textarea, .keygen:
            true
        default: false
        }
    }
}
