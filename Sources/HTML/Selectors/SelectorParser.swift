/// Parses one selector (Selectors Level 3, and `:not()`, `:is()`, `:where()` of Level 4).
struct SelectorParser {
    private enum Failure: Error {
        case invalid
        case unsupported
    }

    /// A selector while it is read, from left to right.
    private struct Draft {
        var tests: [SelectorTest] = []
        /// Where each compound but the first begins in `tests`, and what stands before it.
        var compounds: [(start: Int, combinator: SelectorCombinator)] = []
        var specificity = Specificity()
    }

    private static let deepest = 4

    private let source: SourceBytes
    private var tokenizer: CSSTokenizer
    private var token: CSSToken
    private var store: SelectorStore
    private var draft = Draft()
    private var isDynamic = false
    private var linkState: LinkState?
    private var selectsPseudoElement = false
    private var depth = 0

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
    private mutating func takeScratch() {
        swap(&draft.tests, &store.scratch)
        draft.tests.removeAll(keepingCapacity: true)
    }

    private mutating func result() -> SelectorParseResult {
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

    private mutating func advance() {
        repeat { token = tokenizer.next() } while token.kind == .comment
    }

    private mutating func skipBlanks() -> Bool {
        let isBlank = token.kind == .blank
        while token.kind == .blank { advance() }
        return isBlank
    }

    /// The range of a name; an escape in it is rare enough to leave its rule as it is.
    private func name(dropping count: Int = 0) throws(Failure) -> Range<Int> {
        let range = token.range.lowerBound + count..<token.range.upperBound
        guard source.find(UInt8(ascii: "\\"), from: range.lowerBound, to: range.upperBound) == range.upperBound else { throw .unsupported }
        return range
    }

    private func word(dropping count: Int = 0) throws(Failure) -> String {
        source.string(try name(dropping: count), lowered: true)
    }

    /// Adds a selector's tests to the others, the last compound first.
    private mutating func finish(_ draft: Draft) -> Range<Int> {
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
    private mutating func complex(isLast: (CSSToken.Kind) -> Bool) throws(Failure) {
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

    private mutating func compound() throws(Failure) {
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

    private mutating func type(_ range: Range<Int>) {
        let name = HTMLNameTable.shared.name(source, range)
        draft.tests.append(name == .other ? .typeName(store.names.number(source, range, lowered: true)) : .type(name))
    }

    private mutating func className() throws(Failure) {
        advance()
        guard token.kind == .identifier else { throw .invalid }
        draft.tests.append(.className(store.names.number(source, try name(), lowered: store.isQuirks)))
        draft.specificity.classes += 1
        advance()
    }

    private mutating func attribute() throws(Failure) {
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
    private mutating func flag() throws(Failure) -> Bool? {
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

    private mutating func relation() throws(Failure) -> AttributeTest.Relation {
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

    private mutating func attributeValue() throws(Failure) -> [UInt8] {
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

    // MARK: pseudo-classes and pseudo-elements

    private mutating func pseudo() throws(Failure) {
        advance()
        if token.kind == .colon {
            advance()
            return try pseudoElement()
        }
        switch token.kind {
        case .identifier:
            let name = try word()
            advance()
            try pseudoClass(name)
        case .function:
            let name = try word().dropLast()
            advance()
            try function(String(name))
        default: throw .invalid
        }
    }

    private mutating func pseudoElement() throws(Failure) {
        guard token.kind == .identifier else { throw token.kind == .function ? .unsupported : .invalid }
        // Browsers drop a rule for a pseudo-element of another maker; so it is left whole.
        let known = ["before", "after", "first-line", "first-letter", "placeholder", "selection", "marker", "backdrop"]
        guard known.contains(try word()) else { throw .unsupported }
        advance()
        draft.specificity.types += 1
        selectsPseudoElement = true
    }

    private mutating func pseudoClass(_ name: String) throws(Failure) {
        let once = NthExpression(step: 0, offset: 1)
        switch name {
        case "root": draft.tests.append(.root)
        case "empty": draft.tests.append(.empty)
        case "first-child": draft.tests.append(.nth(once, fromEnd: false, ofType: false))
        case "last-child": draft.tests.append(.nth(once, fromEnd: true, ofType: false))
        case "only-child":
            draft.tests += [.nth(once, fromEnd: false, ofType: false), .nth(once, fromEnd: true, ofType: false)]
        case "first-of-type": draft.tests.append(.nth(once, fromEnd: false, ofType: true))
        case "last-of-type": draft.tests.append(.nth(once, fromEnd: true, ofType: true))
        case "only-of-type": draft.tests += [.nth(once, fromEnd: false, ofType: true), .nth(once, fromEnd: true, ofType: true)]
        case "before", "after", "first-line", "first-letter":
            selectsPseudoElement = true
            draft.specificity.types += 1
            return
        case "any-link": draft.tests.append(.link)
        case "link", "visited":
            draft.tests.append(.link)
            if linkState != nil { isDynamic = true }
            linkState = name == "link" ? .link : .visited
        case _ where Self.dynamic.contains(name): isDynamic = true
        default: throw .unsupported
        }
        draft.specificity.classes += 1
    }

    private static let dynamic: Set<String> = [
        "hover", "active", "focus", "focus-within", "focus-visible", "target", "checked", "disabled",
        "enabled", "indeterminate", "default", "valid", "invalid", "required", "optional", "read-only", "read-write",
    ]

    private mutating func function(_ name: String) throws(Failure) {
        switch name {
        case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
            guard let expression = NthExpression(try argument()) else { throw .unsupported }
            draft.tests.append(.nth(expression, fromEnd: name.hasPrefix("nth-last"), ofType: name.hasSuffix("of-type")))
            draft.specificity.classes += 1
        case "not": try list(counts: true) { .noneOf($0) }
        case "is", "matches", "-webkit-any", "-moz-any":
            // Browsers that do not know the other names drop the rule; who uses them has a reason.
            guard name == "is" else { throw .unsupported }
            try forgivingList(counts: true)
        case "where": try forgivingList(counts: false)
        default: throw .unsupported
        }
    }

    /// The text up to the closing parenthesis.
    private mutating func argument() throws(Failure) -> String {
        var text = ""
        while token.kind != .close(UInt8(ascii: ")")) {
            guard token.kind != .end else { throw .invalid }
            text += source.string(try name())
            advance()
        }
        advance()
        return text
    }

    /// A list in which browsers pass over what is no selector.
    private mutating func forgivingList(counts: Bool) throws(Failure) {
        do {
            try list(counts: counts) { .anyOf($0) }
        } catch {
            throw .unsupported
        }
    }

    /// A list of selectors in parentheses; the strongest of them counts.
    private mutating func list(counts: Bool, _ test: (Int32) -> SelectorTest) throws(Failure) {
        guard depth < Self.deepest else { throw .unsupported }
        depth += 1
        var outer = draft
        var strongest = Specificity()
        var ranges: [Range<Int>] = []
        let wasDynamic = isDynamic
        let wasLink = linkState
        while true {
            draft = Draft()
            _ = skipBlanks()
            try complex { $0 == .comma || $0 == .close(UInt8(ascii: ")")) }
            guard isDynamic == wasDynamic, linkState == wasLink, !selectsPseudoElement else { throw .unsupported }
            ranges.append(finish(draft))
            strongest = max(strongest, draft.specificity)
            let isEnd = token.kind != .comma
            advance()
            if isEnd { break }
        }
        if counts { outer.specificity = outer.specificity + strongest }
        outer.tests.append(test(Int32(store.lists.count)))
        store.lists.append(ranges)
        draft = outer
        depth -= 1
    }
}
