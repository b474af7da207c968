/// Tells whether an element is hidden by its own attributes, such as the preheader that mail programs show beside the subject.
enum HiddenElement {
    /// Whether people do not see the element.
    static func isHidden(_ element: HTMLElement, in document: HTMLDocument) -> Bool {
        guard let tag = element.tag, !tag.attributes.isEmpty else { return false }
        if tag.attribute("hidden") != nil || document.value(of: "aria-hidden", in: tag)?.lowercased() == "true" { return true }
        if let names = document.value(of: "class", in: tag)?.split(whereSeparator: \.isWhitespace),
            names.contains("sr-only") || names.contains("hidden")
        {
            return true
        }
        guard let style = document.value(of: "style", in: tag), !style.isEmpty else { return false }
        return CSSParser.declarations(Array(style.utf8)).declarations.contains(where: hides)
    }

    private static func hides(_ declaration: CSSDeclaration) -> Bool {
        let value = declaration.value.lowercased()
        return switch declaration.name {
        case "display": value == "none"
        case "visibility": value == "hidden"
        case "mso-hide": value == "all"
        case "opacity": value == "0"
        case "max-height": value == "0" || value == "0px"
        default: false
        }
    }
}
