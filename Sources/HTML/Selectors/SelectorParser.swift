/// Parses one selector (Selectors Level 3, and `:not()` with a list).
struct SelectorParser {
    private enum Failure: Error {
        case invalid
        case unsupported
    }

    private let source: [UInt8]
    private var tokens: [CSSToken] = []
    private var index = 0
    private var specificity = Specificity()
    private var isDynamic = false
    private var selectsPseudoElement = false
    private var isInNegation = false

    private init(_ source: [UInt8], in range: Range<Int>) {
        self.source = source
        var tokenizer = CSSTokenizer(source, in: range)
        var token = tokenizer.next()
        while token.kind != .end {
            if token.kind != .comment { tokens.append(token) }
            token = tokenizer.next()
        }
    }

    /// The selector in a range of the source.
    static func parse(_ source: [UInt8], in range: Range<Int>) -> SelectorParseResult {
        var parser = SelectorParser(source, in: range)
        do {
            return .selector(try parser.selector())
        } catch .unsupported {
            return .unsupported
        } catch {
            return .invalid
        }
    }

    private var kind: CSSToken.Kind { index < tokens.count ? tokens[index].kind : .end }

    private func text(_ token: CSSToken, dropping count: Int = 0) throws(Failure) -> String {
        let bytes = source[token.range].dropFirst(count)
        // An escape in a name is rare enough to leave its rule as it is.
        guard !bytes.contains(UInt8(ascii: "\\")) else { throw .unsupported }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func skipBlanks() -> Bool {
        let start = index
        while kind == .blank { index += 1 }
        return index > start
    }

    private mutating func selector() throws(Failure) -> Selector {
        _ = skipBlanks()
        var compounds = [try compound()]
        var combinators: [Selector.Combinator] = []
        while true {
            let hasBlank = skipBlanks()
            if kind == .end { break }
            // Nothing may follow a pseudo-element.
            if selectsPseudoElement { throw .unsupported }
            var combinator = Selector.Combinator.descendant
            switch kind {
            case .delimiter(UInt8(ascii: ">")): combinator = .child
            case .delimiter(UInt8(ascii: "+")): combinator = .adjacent
            case .delimiter(UInt8(ascii: "~")): combinator = .sibling
            default: guard hasBlank else { throw .invalid }
            }
            if combinator != .descendant {
                index += 1
                _ = skipBlanks()
            }
            combinators.append(combinator)
            compounds.append(try compound())
            // Matching walks back through these.
            guard compounds.count <= 32 else { throw .unsupported }
        }
        let ancestry = zip(compounds.dropLast(), combinators).reversed().map { Selector.Part(compound: $0, combinator: $1) }
        return Selector(
            subject: compounds[compounds.count - 1],
            ancestry: Array(ancestry),
            specificity: specificity,
            isDynamic: isDynamic,
            selectsPseudoElement: selectsPseudoElement
        )
    }

    private mutating func compound() throws(Failure) -> Selector.Compound {
        var compound = Selector.Compound()
        let start = index
        loop: while index < tokens.count {
            let token = tokens[index]
            switch token.kind {
            case .identifier where index == start:
                compound.type = try text(token).lowercased()
                specificity.types += 1
                index += 1
            case .delimiter(UInt8(ascii: "*")) where index == start: index += 1
            case .delimiter(UInt8(ascii: "|")): throw .unsupported
            case .hash:
                compound.identifiers.append(try text(token, dropping: 1))
                specificity.identifiers += 1
                index += 1
            case .delimiter(UInt8(ascii: ".")): compound.classes.append(try className())
            case .open(UInt8(ascii: "[")): compound.attributes.append(try attribute())
            case .colon: try pseudo(&compound)
            default: break loop
            }
        }
        guard index > start else { throw .invalid }
        return compound
    }

    private mutating func className() throws(Failure) -> String {
        index += 1
        guard kind == .identifier else { throw .invalid }
        specificity.classes += 1
        index += 1
        return try text(tokens[index - 1])
    }

    private mutating func attribute() throws(Failure) -> AttributeTest {
        index += 1
        _ = skipBlanks()
        guard kind == .identifier else { throw kind == .end ? .invalid : .unsupported }
        let name = try text(tokens[index]).lowercased()
        index += 1
        _ = skipBlanks()
        specificity.classes += 1
        if kind == .close(UInt8(ascii: "]")) {
            index += 1
            return AttributeTest(name: name, relation: .exists, value: "", ignoresCase: false)
        }
        let relation = try relation()
        _ = skipBlanks()
        let value = try attributeValue()
        _ = skipBlanks()
        var ignoresCase = Self.caseInsensitive.contains(name)
        if kind == .identifier {
            switch try text(tokens[index]).lowercased() {
            case "i": ignoresCase = true
            case "s": ignoresCase = false
            default: throw .invalid
            }
            index += 1
            _ = skipBlanks()
        }
        guard kind == .close(UInt8(ascii: "]")) else { throw .invalid }
        index += 1
        return AttributeTest(name: name, relation: relation, value: value, ignoresCase: ignoresCase)
    }

    /// Attributes of mail whose values HTML compares in any letter case (HTML, 4.16.2).
    private static let caseInsensitive: Set<String> = [
        "align", "alink", "bgcolor", "charset", "clear", "color", "dir", "face", "frame", "lang", "language", "link", "media", "method",
        "nowrap", "rel", "rules", "scope", "shape", "target", "text", "type", "valign", "valuetype", "vlink",
    ]

    private mutating func relation() throws(Failure) -> AttributeTest.Relation {
        let relation: AttributeTest.Relation
        switch kind {
        case .delimiter(UInt8(ascii: "=")):
            index += 1
            return .equals
        case .delimiter(UInt8(ascii: "~")): relation = .includes
        case .delimiter(UInt8(ascii: "|")): relation = .dash
        case .delimiter(UInt8(ascii: "^")): relation = .prefix
        case .delimiter(UInt8(ascii: "$")): relation = .suffix
        case .delimiter(UInt8(ascii: "*")): relation = .substring
        default: throw .invalid
        }
        index += 1
        guard kind == .delimiter(UInt8(ascii: "=")) else { throw .invalid }
        index += 1
        return relation
    }

    private mutating func attributeValue() throws(Failure) -> String {
        let token = index < tokens.count ? tokens[index] : nil
        index += 1
        switch token {
        case let token? where token.kind == .identifier: return try text(token)
        case let token? where token.kind == .string:
            let text = try text(token, dropping: 1)
            return text.last == "\"" || text.last == "'" ? String(text.dropLast()) : text
        default: throw .invalid
        }
    }

    private mutating func pseudo(_ compound: inout Selector.Compound) throws(Failure) {
        index += 1
        if kind == .colon {
            index += 1
            return try pseudoElement()
        }
        let token = index < tokens.count ? tokens[index] : nil
        guard let token else { throw .invalid }
        index += 1
        switch token.kind {
        case .identifier: try pseudoClass(try text(token).lowercased(), &compound)
        case .function: try function(String(try text(token).dropLast()).lowercased(), &compound)
        default: throw .invalid
        }
    }

    private mutating func pseudoElement() throws(Failure) {
        guard kind == .identifier else { throw kind == .function ? .unsupported : .invalid }
        // Browsers drop a rule for a pseudo-element of another maker; so it is left whole.
        guard
            ["before", "after", "first-line", "first-letter", "placeholder", "selection", "marker", "backdrop"]
                .contains(try text(tokens[index]).lowercased())
        else { throw .unsupported }
        index += 1
        specificity.types += 1
        selectsPseudoElement = true
    }

    private mutating func pseudoClass(_ name: String, _ compound: inout Selector.Compound) throws(Failure) {
        let once = NthExpression(step: 0, offset: 1)
        switch name {
        case "root": compound.structure.append(.root)
        case "empty": compound.structure.append(.empty)
        case "first-child": compound.structure.append(.nth(once, fromEnd: false, ofType: false))
        case "last-child": compound.structure.append(.nth(once, fromEnd: true, ofType: false))
        case "only-child":
            compound.structure += [.nth(once, fromEnd: false, ofType: false), .nth(once, fromEnd: true, ofType: false)]
        case "first-of-type": compound.structure.append(.nth(once, fromEnd: false, ofType: true))
        case "last-of-type": compound.structure.append(.nth(once, fromEnd: true, ofType: true))
        case "only-of-type": compound.structure += [.nth(once, fromEnd: false, ofType: true), .nth(once, fromEnd: true, ofType: true)]
        case "before", "after", "first-line", "first-letter":
            selectsPseudoElement = true
            specificity.types += 1
            return
        case _ where Self.dynamic.contains(name): isDynamic = true
        default: throw .unsupported
        }
        specificity.classes += 1
    }

    private static let dynamic: Set<String> = [
        "hover", "active", "focus", "focus-within", "focus-visible", "visited", "link", "any-link", "target", "checked", "disabled",
        "enabled", "indeterminate", "default", "valid", "invalid", "required", "optional", "read-only", "read-write",
    ]

    private mutating func function(_ name: String, _ compound: inout Selector.Compound) throws(Failure) {
        switch name {
        case "nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type":
            guard let expression = NthExpression(try argument()) else { throw .unsupported }
            let fromEnd = name.hasPrefix("nth-last")
            compound.structure.append(.nth(expression, fromEnd: fromEnd, ofType: name.hasSuffix("of-type")))
            specificity.classes += 1
        case "not": compound.negations.append(try negation())
        default: throw .unsupported
        }
    }

    /// The text up to the closing parenthesis.
    private mutating func argument() throws(Failure) -> String {
        var text = ""
        while kind != .close(UInt8(ascii: ")")) {
            guard index < tokens.count else { throw .invalid }
            text += try self.text(tokens[index])
            index += 1
        }
        index += 1
        return text
    }

    private mutating func negation() throws(Failure) -> [Selector.Compound] {
        // Not recursive: the depth would be the author's choice.
        guard !isInNegation else { throw .unsupported }
        isInNegation = true
        defer { isInNegation = false }
        let before = specificity
        var strongest = Specificity()
        var list: [Selector.Compound] = []
        repeat {
            if !list.isEmpty { index += 1 }
            _ = skipBlanks()
            specificity = Specificity()
            let compound = try compound()
            guard !isDynamic, !selectsPseudoElement else { throw .unsupported }
            list.append(compound)
            strongest = max(strongest, specificity)
            _ = skipBlanks()
        } while kind == .comma
        // A complex selector in the list is of Level 4.
        guard kind == .close(UInt8(ascii: ")")) else { throw .unsupported }
        index += 1
        specificity = Specificity(
            identifiers: before.identifiers + strongest.identifiers,
            classes: before.classes + strongest.classes,
            types: before.types + strongest.types
        )
        return list
    }
}
