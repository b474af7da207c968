import HTML

/// Markup without its tree: enough to tell what is in it, and cheap enough to look again at the result.
struct Markup {
    let source: [UInt8]
    /// Tags and comments in source order; a conditional comment is replaced by what is in it.
    let items: [SourceScanner.Item]

    init(_ source: [UInt8]) {
        self.init(source, items: SourceScanner.scan(source, in: 0..<source.count))
    }

    init(_ document: HTMLDocument) {
        source = document.source
        items = document.itemsWithConditionalComments
    }

    private init(_ source: [UInt8], items: [SourceScanner.Item]) {
        self.source = source
        self.items = ConditionalComments.opened(items, in: source)
    }

    /// The value of an attribute with character references resolved; empty when it has none.
    func value(of attribute: SourceAttribute) -> String {
        attribute.value.map { CharacterReferences.decode(source[$0]) } ?? ""
    }

    /// The value of a tag's attribute; nil when it does not have it.
    func value(of name: String, in tag: SourceTag) -> String? {
        tag.attribute(name).map(value(of:))
    }

    /// The bytes of a range.
    func string(_ range: Range<Int>) -> String {
        String(decoding: source[range], as: UTF8.self)
    }
}
