import HTML

/// Which elements may stand in a mail.
enum DangerousElements {
    /// Why an element may not.
    struct Finding {
        let kind: DangerousContentPolicy.Class
        let code: String
        let message: String
        /// Whether what is in it goes with it; otherwise the tags go alone.
        let takesContent: Bool

        init(_ kind: DangerousContentPolicy.Class, _ code: String, _ message: String, takesContent: Bool = false) {
            self.kind = kind
            self.code = code
            self.message = message
            self.takesContent = takesContent
        }
    }

    /// What is wrong with a start tag; nil when nothing is, as far as its name and its relation to other documents tell.
    static func finding(_ tag: SourceTag, in markup: Markup) -> Finding? {
        if let finding = unclosed(tag, markup) { return finding }
        if let kind = withContent[bareName(tag)] {
            let code =
                kind == .code
                ? "script_tags" : kind == .ambiguous ? "ambiguous_html" : kind == .forms ? "form_elements" : "dangerous_element"
            return Finding(kind, code, "<\(tag.name)> is not allowed in mail", takesContent: !voids.contains(bareName(tag)))
        }
        switch bareName(tag) {
        case "form", "button", "option", "optgroup", "keygen", "isindex", "input":
            return Finding(.forms, "form_elements", "<\(tag.name)> does not work in mail")
        case "noscript": return Finding(.ambiguous, "ambiguous_html", "<noscript> is read differently with and without scripts")
        case "base": return Finding(.document, "dangerous_element", "<base> changes where all links of the mail lead")
        case "meta": return meta(tag, markup)
        case "link": return link(tag, markup)
        case "animate", "animatemotion", "animatetransform", "set":
            let target = markup.value(of: "attributename", in: tag)?.lowercased() ?? ""
            let isHarmful = target.contains("href") || target.hasPrefix("on")
            return isHarmful ? Finding(.code, "script_tags", "<\(tag.name)> that changes an address is not allowed in mail") : nil
        default: return nil
        }
    }

    private static let withContent: [String: DangerousContentPolicy.Class] = [
        "script": .code, "iframe": .embeds, "frame": .embeds, "frameset": .embeds, "object": .embeds, "embed": .embeds, "applet": .embeds,
        "portal": .embeds, "fencedframe": .embeds, "template": .embeds, "select": .forms, "textarea": .forms, "datalist": .forms,
        "foreignobject": .ambiguous, "annotation-xml": .ambiguous, "xmp": .ambiguous, "noembed": .ambiguous, "noframes": .ambiguous,
        "plaintext": .ambiguous, "listing": .ambiguous,
    ]

    /// Elements without an end tag.
    static let voids: Set<String> = ["embed", "base", "frame", "input", "meta", "link", "keygen", "isindex"]

    /// Programs that know XML read `<x:script xmlns:x=…>` as `<script>`.
    private static func bareName(_ tag: SourceTag) -> String {
        guard let colon = tag.name.lastIndex(of: ":") else { return tag.name }
        let bare = String(tag.name[tag.name.index(after: colon)...])
        // Of Outlook's own elements none runs anything; `v:formulas` and the like only share a beginning.
        return ["script", "foreignobject"].contains(bare) ? bare : tag.name
    }

    /// An element without markup inside that is never closed takes the rest of the mail with it.
    private static func unclosed(_ tag: SourceTag, _ markup: Markup) -> Finding? {
        guard let content = tag.rawContent, tag.name != "script" else { return nil }
        let rest = markup.source[content.upperBound...].prefix(2)
        guard !rest.elementsEqual("</".utf8) else { return nil }
        return Finding(.ambiguous, "ambiguous_html", "<\(tag.name)> is never closed", takesContent: true)
    }

    private static func meta(_ tag: SourceTag, _ markup: Markup) -> Finding? {
        let directive = trimmed(markup.value(of: "http-equiv", in: tag) ?? "")
        guard directive == "refresh" || directive == "set-cookie" else { return nil }
        return Finding(.document, "dangerous_element", "<meta> that loads or redirects is not allowed in mail")
    }

    private static func link(_ tag: SourceTag, _ markup: Markup) -> Finding? {
        let relations = Set(trimmed(markup.value(of: "rel", in: tag) ?? "").split { $0.isWhitespace }.map(String.init))
        if relations.contains("stylesheet") {
            return Finding(.remoteStyles, "remote_stylesheet", "A style sheet is loaded when the mail is read; many programs pass it over")
        }
        guard !relations.isDisjoint(with: ["import", "prefetch", "preload", "prerender", "modulepreload", "manifest", "pingback"]) else {
            return nil
        }
        return Finding(.document, "dangerous_element", "<link> that loads or redirects is not allowed in mail")
    }

    private static func trimmed(_ value: String) -> String {
        var value = value.lowercased()[...]
        while let first = value.unicodeScalars.first, first.value <= 0x20 { value.unicodeScalars.removeFirst() }
        while let last = value.unicodeScalars.last, last.value <= 0x20 { value.unicodeScalars.removeLast() }
        return String(value)
    }
}
