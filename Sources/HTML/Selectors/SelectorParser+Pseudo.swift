/// Pseudo-classes and pseudo-elements.
extension SelectorParser {
    mutating func pseudo() throws(Failure) {
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
