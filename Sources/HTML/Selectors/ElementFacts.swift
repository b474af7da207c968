/// What selectors ask of an element, prepared once.
struct ElementFacts: Sendable {
    /// Empty for a node that is no element.
    var name = ""
    var identifier: String?
    var classes: [String] = []

    /// Facts for each node of a document, in its order.
    static func all(of document: HTMLDocument) -> [ElementFacts] {
        document.nodes.map { node in
            guard let element = node.element else { return ElementFacts() }
            var facts = ElementFacts(name: element.name)
            guard let tag = element.markup else { return facts }
            if let value = document.value(of: "id", in: tag), !value.isEmpty {
                facts.identifier = document.isQuirks ? value.lowercased() : value
            }
            if let value = document.value(of: "class", in: tag) {
                let text = document.isQuirks ? value.lowercased() : value
                facts.classes = text.utf8.split(whereSeparator: CSSTokenizer.isBlank).map { String(Substring($0)) }
            }
            return facts
        }
    }
}
