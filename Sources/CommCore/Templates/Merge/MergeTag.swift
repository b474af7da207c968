/// A merge tag that stands for a value: `{{name}}`, `{{ city | your town }}`, `{{price|currency:"EUR"}}`.
package struct MergeTag: Sendable, Equatable {
    /// What a tag stands for.
    package enum Name: Sendable, Equatable {
        /// One of the contact's fields, as in `RenderProgram.fields`.
        case field(String)
        case unsubscribeURL
        /// Something of the loop around it.
        case loop(MergeSource)
        /// The mail's own address in a browser.
        case webVersionURL
        /// The recipient's preference centre.
        case preferencesURL
    }

    package let name: Name
    /// As it is written.
    package let key: String
    /// Stands for a missing or empty value, when there is no other filter.
    package let fallback: String
    /// What is done to the value, in this order; empty when a default is all.
    package let filters: [MergeFilter]

    /// Tags that stand for an address of the recipient's own, not for a value.
    static let addresses: [String: Name] = [
        "unsubscribe_url": .unsubscribeURL, "web_version_url": .webVersionURL, "view_in_browser_url": .webVersionURL,
        "preferences_url": .preferencesURL,
    ]

    /// Reads what stands between the braces; nil when it is not of this language.
    package init?(_ content: String) {
        guard let tag = try? Self.read(content[...]) else { return nil }
        self = tag
    }

    private init(name: Name, key: String, fallback: String, filters: [MergeFilter]) {
        self.name = name
        self.key = key
        self.fallback = fallback
        self.filters = filters
    }

    /// Reads what stands between the braces; nil when it is no tag of this language.
    ///
    /// - Throws: when it is one and its filters are wrong.
    static func read(_ content: Substring) throws(MergeSyntaxError) -> MergeTag? {
        let bar = content.firstIndex(of: "|")
        let key = content[..<(bar ?? content.endIndex)].trimmedOfBlanks
        guard let name = name(key) else { return nil }
        let filters = try bar.map { index throws(MergeSyntaxError) in try MergeFilterParser.parse(content[content.index(after: index)...]) }
        if addresses[key] != nil, filters?.contains(where: { if case .fallback = $0 { false } else { true } }) == true {
            throw MergeSyntaxError(.invalidTag, "\(key) is an address and takes no filter")
        }
        guard let filters else { return MergeTag(name: name, key: key, fallback: "", filters: []) }
        if filters.count == 1, case .fallback(let text) = filters[0] {
            return MergeTag(name: name, key: key, fallback: text, filters: [])
        }
        return MergeTag(name: name, key: key, fallback: "", filters: filters)
    }

    private static func name(_ key: String) -> Name? {
        if let address = addresses[key] { return address }
        guard let source = MergeSource(key) else { return nil }
        if case .field(let name) = source { return .field(name) }
        return .loop(source)
    }

    /// Where the value comes from; nil for an address.
    package var source: MergeSource? {
        switch name {
        case .field(let name): .field(name)
        case .loop(let source): source
        case .unsubscribeURL, .webVersionURL, .preferencesURL: nil
        }
    }

    /// The attribute that is meant, if it is one.
    package var attribute: String? { source?.attribute }

    /// As an author writes it.
    package var description: String {
        if !filters.isEmpty { return MergeWriter.tag(key, filters: filters) }
        return fallback.isEmpty ? "{{\(key)}}" : "{{\(key)|\(fallback)}}"
    }
}
