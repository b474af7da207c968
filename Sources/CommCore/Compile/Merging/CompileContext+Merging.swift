extension CompileContext {
    /// Whether the campaign's contacts can have what a tag names.
    func isKnown(_ tag: MergeTag) -> Bool {
        tag.source.map(isKnown) ?? true
    }

    /// What a block asks for and the campaign's contacts cannot have; nil when there is nothing like that.
    func unknownSource(of block: BlockTag) -> MergeSource? {
        block.sources.first { !isKnown($0) }
    }

    private func isKnown(_ source: MergeSource) -> Bool {
        guard let attribute = source.attribute, case .attributes(let known) = options.fields else { return true }
        return known.contains(attribute)
    }

    /// Remembers what is used.
    mutating func note(_ occurrence: MergeScanner.Occurrence) {
        switch occurrence.content {
        case .value(let tag): note(tag.key)
        case .block(let block): for source in block.sources where source.attribute != nil || !source.needsLoop { note(source.key) }
        default: return
        }
    }

    /// The segment that a tag becomes.
    mutating func segment(for tag: MergeTag, fallback: String, _ escaping: Escaping) -> Segment {
        switch tag.name {
        case .unsubscribeURL: return .unsubscribeURL(escaping)
        case .webVersionURL: return .webVersionURL(escaping)
        case .preferencesURL: return .preferencesURL(escaping)
        case .field(let name) where tag.filters.isEmpty: return .field(place(ofField: name), default: fallback, escaping)
        case .field(let name):
            _ = place(ofField: name)
            needLanguage(for: tag.filters)
            return .value(.field(name), tag.filters, escaping)
        case .loop(let source):
            needLanguage(for: tag.filters)
            return .value(source, fallback.isEmpty ? tag.filters : [.fallback(fallback)], escaping)
        }
    }

    /// The block, its fields among the program's.
    mutating func registering(_ block: BlockTag) -> BlockTag {
        for case .field(let name) in block.sources { _ = place(ofField: name) }
        return block
    }

    private mutating func needLanguage(for filters: [MergeFilter]) {
        guard filters.contains(where: \.needsLanguage) else { return }
        usesLanguage = true
        _ = place(ofField: RenderProgram.languageField)
    }
}
