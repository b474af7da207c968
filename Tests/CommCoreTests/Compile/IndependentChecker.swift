import HTML

/// Looks for what runs code in the tree of a mail, and shares nothing with the stages that take it out.
enum IndependentChecker {
    /// What was found; empty when nothing was.
    static func dangers(in html: String) -> [String] {
        guard let document = try? HTMLDocument(Array(html.utf8)) else { return ["unreadable"] }
        var found: [String] = []
        for (_, element) in document.elements {
            if forbidden.contains(element.name) { found.append("<\(element.name)>") }
            for attribute in element.tag?.attributes ?? [] {
                let value = document.value(of: attribute).lowercased().filter { $0 > " " && $0 != "\u{7F}" }
                if attribute.name.hasPrefix("on"), attribute.name.count > 2 { found.append(attribute.name) }
                if attribute.name == "srcdoc" || value.hasPrefix("javascript:") || value.hasPrefix("vbscript:") {
                    found.append(attribute.name)
                }
                if attribute.name == "style", value.contains("expression(") { found.append("style") }
            }
        }
        return found
    }

    private static let forbidden: Set<String> = [
        "script", "iframe", "object", "embed", "applet", "base", "form", "input", "textarea", "select", "template", "plaintext", "xmp",
        "noscript", "foreignobject",
    ]
}
