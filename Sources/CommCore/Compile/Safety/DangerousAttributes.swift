import HTML

/// Which attributes may stand in a mail.
enum DangerousAttributes {
    /// Why an attribute may not.
    struct Finding {
        let kind: DangerousContentPolicy.Class
        let code: String
        let message: String

        init(_ kind: DangerousContentPolicy.Class, _ code: String, _ message: String) {
            self.kind = kind
            self.code = code
            self.message = message
        }
    }

    /// What is wrong with an attribute, `style` left out; nil when nothing is.
    static func finding(_ attribute: SourceAttribute, of tag: SourceTag, in markup: Markup) -> Finding? {
        let name = attribute.name
        if name.hasPrefix("on"), name.utf8.count > 2 {
            return Finding(.code, "event_handlers", "The event handler \(name.prefix(40)) is not allowed in mail")
        }
        switch name {
        case "srcdoc": return Finding(.embeds, "dangerous_element", "srcdoc is not allowed in mail")
        case "ping", "attributionsrc": return Finding(.document, "dangerous_element", "\(name) reports clicks to others")
        case "form", "formaction", "formmethod", "formtarget": return Finding(.forms, "form_elements", "\(name) does not work in mail")
        default: return URLAttributes.all.contains(name) ? url(attribute, of: tag, in: markup) : nil
        }
    }

    private static func url(_ attribute: SourceAttribute, of tag: SourceTag, in markup: Markup) -> Finding? {
        let name = attribute.name
        let value = markup.value(of: attribute)
        let isHarmless = name.hasSuffix("srcset") ? DangerousURL.areHarmless(candidates: value) : DangerousURL.isHarmless(value)
        guard isHarmless else { return Finding(.code, "javascript_urls", "The URL of \(name) is not allowed in mail") }
        let leadsAway = !value.drop(while: \.isWhitespace).hasPrefix("#")
        if leadsAway, name == "xlink:href", tag.name == "a" || tag.name == "use" {
            return Finding(.ambiguous, "ambiguous_html", "Links inside SVG do not work in mail")
        }
        if leadsAway, name == "href", tag.name == "use" {
            return Finding(.ambiguous, "ambiguous_html", "<use> may not load other documents")
        }
        return nil
    }
}
