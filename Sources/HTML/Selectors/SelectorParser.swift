/// Parses one selector (Selectors Level 3, and `:not()`, `:is()`, `:where()` of Level 4).
struct SelectorParser {
    enum Failure: Error {
        case invalid
        case unsupported
    }

    /// A selector while it is read, from left to right.
    struct Draft {
        var tests: [SelectorTest] = []
        /// Where each compound but the first begins in `tests`, and what stands before it.
        var compounds: [(start: Int, combinator: SelectorCombinator)] = []
        var specificity = Specificity()
    }

    static let deepest = 4

    let source: SourceBytes
    var tokenizer: CSSTokenizer
    var token: CSSToken
    var store: SelectorStore
    var draft = Draft()
    var isDynamic = false
    var linkState: LinkState?
    var selectsPseudoElement = false
    var depth = 0

    private init(_ source: SourceBytes, in range: Range<Int>, _ store: SelectorStore) {
        self.source = source
        self.store = store
        tokenizer = CSSTokenizer(source, in: range)
        token = tokenizer.next()
        while token.kind == .comment { token = tokenizer.next() }
    }

    /// The selector in a range of the source; its tests are added to the others.
    static func parse(_ source: SourceBytes, in range: Range<Int>, into store: inout SelectorStore) -> SelectorParseResult {
        var parser = SelectorParser(source, in: range, store)
        // The tests have one owner while they grow.
        store = SelectorStore.empty
        let result = parser.result()
        store = parser.store
        return result
    }

    /// Where a selector's parts are gathered; the room of the selector before is used again.
    mutating func takeScratch() {
        swap(&draft.tests, &store.scratch)
        draft.tests.removeAll(keepingCapacity: true)
    }

    mutating func result() -> SelectorParseResult {
        takeScratch()
        defer { swap(&draft.tests, &store.scratch) }
        do {
            _ = skipBlanks()
            try complex(isLast: { $0 == .end })
            return .selector(
                Selector(
                    tests: finish(draft),
                    specificity: draft.specificity,
                    isDynamic: isDynamic || linkState != nil,
                    linkState: isDynamic ? nil : linkState,
                    selectsPseudoElement: selectsPseudoElement
                )
            )
        } catch .unsupported {
            return .unsupported
        } catch {
            return .invalid
        }
    }

    mutating func advance() {
        repeat { token = tokenizer.next() } while token.kind == .comment
    }

    mutating func skipBlanks() -> Bool {
        let isBlank = token.kind == .blank
        while token.kind == .blank { advance() }
        return isBlank
    }

    /// The range of a name; an escape in it is rare enough to leave its rule as it is.
    func name(dropping count: Int = 0) throws(Failure) -> Range<Int> {
        let range = token.range.lowerBound + count..<token.range.upperBound
        guard source.find(UInt8(ascii: "\\"), from: range.lowerBound, to: range.upperBound) == range.upperBound else { throw .unsupported }
        return range
    }

    func word(dropping count: Int = 0) throws(Failure) -> String {
        source.string(try name(dropping: count), lowered: true)
    }

    /// Adds a selector's tests to the others, the last compound first.
    mutating func finish(_ draft: Draft) -> Range<Int> {
        let first = store.tests.count
        var end = draft.tests.count
        for compound in draft.compounds.reversed() {
            store.tests.append(contentsOf: draft.tests[compound.start..<end])
            store.tests.append(.combinator(compound.combinator))
            end = compound.start
        }
        store.tests.append(contentsOf: draft.tests[..<end])
        return first..<store.tests.count
    }

    /// Reads compounds and combinators up to a token that ends the selector.
    mutating func complex(isLast: (CSSToken.Kind) -> Bool) throws(Failure) {
        try compound()
        while true {
            let hasBlank = skipBlanks()
            if isLast(token.kind) { return }
            // Nothing may follow a pseudo-element.
            if selectsPseudoElement { throw .unsupported }
            var combinator = SelectorCombinator.descendant
            switch token.kind {
            case .delimiter(UInt8(ascii: ">")): combinator = .child
            case .delimiter(UInt8(ascii: "+")): combinator = .adjacent
            case .delimiter(UInt8(ascii: "~")): combinator = .sibling
            default: guard hasBlank else { throw .invalid }
            }
            if combinator != .descendant {
                advance()
                _ = skipBlanks()
            }
            draft.compounds.append((draft.tests.count, combinator))
            try compound()
            // Matching walks back through these.
            guard draft.compounds.count < 32 else { throw .unsupported }
        }
    }

    mutating func compound() throws(Failure) {
        var isFirst = true
        while true {
            switch token.kind {
            case .identifier where isFirst:
                type(try name())
                draft.specificity.types += 1
                advance()
            case .delimiter(UInt8(ascii: "*")) where isFirst: advance()
            case .delimiter(UInt8(ascii: "|")): throw .unsupported
            case .hash:
                draft.tests.append(.identifier(store.names.number(source, try name(dropping: 1), lowered: store.isQuirks)))
                draft.specificity.identifiers += 1
                advance()
            case .delimiter(UInt8(ascii: ".")): try className()
            case .open(UInt8(ascii: "[")): try attribute()
            case .colon: try pseudo()
            default:
                if isFirst { throw .invalid }
                return
            }
            isFirst = false
        }
    }

    mutating func type(_ range: Range<Int>) {
        let name = HTMLNameTable.shared.name(source, range)
        draft.tests.append(name == .other ? .typeName(store.names.number(source, range, lowered: true)) : .type(name))
    }

    mutating func className() throws(Failure) {
        advance()
        guard token.kind == .identifier else { throw .invalid }
        draft.tests.append(.className(store.names.number(source, try name(), lowered: store.isQuirks)))
        draft.specificity.classes += 1
        advance()
    }

    mutating func attribute() throws(Failure) {
        advance()
        _ = skipBlanks()
        guard token.kind == .identifier else { throw token.kind == .end ? .invalid : .unsupported }
        let name = try word()
        advance()
        _ = skipBlanks()
        draft.specificity.classes += 1
        var test = AttributeTest(name: Array(name.utf8), relation: .exists, value: [], ignoresCase: false)
        if token.kind != .close(UInt8(ascii: "]")) {
            test.relation = try relation()
            _ = skipBlanks()
            test.value = try attributeValue()
            _ = skipBlanks()
            test.ignoresCase = try flag() ?? Self.caseInsensitive.contains(name)
            if test.ignoresCase { test.value = test.value.map(SourceBytes.lowered) }
        }
        guard token.kind == .close(UInt8(ascii: "]")) else { throw .invalid }
        advance()
        draft.tests.append(.attribute(Int32(store.attributes.count)))
        store.attributes.append(test)
    }

    /// The `i` or `s` behind an attribute's value.
    mutating func flag() throws(Failure) -> Bool? {
        guard token.kind == .identifier else { return nil }
        let flag = try word()
        guard flag == "i" || flag == "s" else { throw .invalid }
        advance()
        _ = skipBlanks()
        return flag == "i"
    }

    /// Attributes of mail whose values HTML compares in any letter case (HTML, 4.16.2).
    private static let caseInsensitive: Set<String> = [
        "align", "alink", "axis", "bgcolor", "charset", "checked", "clear", "color", "dir", "face", "frame", "hreflang", "lang", "language",
        "link", "media", "method", "nohref", "noshade", "nowrap", "rel", "rules", "scope", "shape", "target", "text", "type", "valign",
        "valuetype", "vlink",
    ]

    mutating func relation() throws(Failure) -> AttributeTest.Relation {
        let relation: AttributeTest.Relation
        switch token.kind {
        case .delimiter(UInt8(ascii: "=")):
            advance()
            return .equals
        case .delimiter(UInt8(ascii: "~")): relation = .includes
        case .delimiter(UInt8(ascii: "|")): relation = .dash
        case .delimiter(UInt8(ascii: "^")): relation = .prefix
        case .delimiter(UInt8(ascii: "$")): relation = .suffix
        case .delimiter(UInt8(ascii: "*")): relation = .substring
        default: throw .invalid
        }
        advance()
        guard token.kind == .delimiter(UInt8(ascii: "=")) else { throw .invalid }
        advance()
        return relation
    }

    mutating func attributeValue() throws(Failure) -> [UInt8] {
        var range = try name()
        switch token.kind {
        case .identifier: break
        case .string:
            range = range.dropFirst()
            if let last = range.last, source[last] == UInt8(ascii: "\"") || source[last] == UInt8(ascii: "'") { range = range.dropLast() }
        default: throw .invalid
        }
        advance()
        return range.map { source[$0] }
    }
}
