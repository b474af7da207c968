/// Tells whether elements of a document are selected, within a bound of work.
struct SelectorMatcher {
    private let tree: HTMLTree
    private let source: SourceBytes
    private let store: SelectorStore
    let facts: ElementFacts
    private var steps: Int

    /// Whether the bound was reached; what was said since is not to be relied on.
    var isExhausted: Bool { steps <= 0 }

    init(_ tree: HTMLTree, _ source: SourceBytes, _ store: SelectorStore, steps: Int) {
        self.tree = tree
        self.source = source
        self.store = store
        self.facts = ElementFacts(tree, source, store)
        self.steps = steps
    }

    /// Whether a selector without its dynamic parts selects the element at a place of the tree.
    mutating func matches(_ selector: Selector, _ node: Int) -> Bool {
        matches(selector.tests.lowerBound, selector.tests.upperBound, node)
    }

    /// Whether the tests of a range fit, the first compound to the node itself.
    private mutating func matches(_ start: Int, _ end: Int, _ node: Int) -> Bool {
        steps -= 1
        guard node > 0, !isExhausted else { return false }
        for number in start..<end {
            switch store.tests[number] {
            case .combinator(let combinator): return matches(combinator, number + 1, end, node)
            case let test: if !matches(test, node) { return false }
            }
        }
        return true
    }

    private mutating func matches(_ combinator: SelectorCombinator, _ start: Int, _ end: Int, _ node: Int) -> Bool {
        switch combinator {
        case .child: return matches(start, end, parent(of: node))
        case .adjacent: return matches(start, end, previous(of: node))
        case .descendant:
            var ancestor = parent(of: node)
            while ancestor > 0, !isExhausted {
                if matches(start, end, ancestor) { return true }
                ancestor = parent(of: ancestor)
            }
            return false
        case .sibling:
            var sibling = previous(of: node)
            while sibling > 0, !isExhausted {
                if matches(start, end, sibling) { return true }
                sibling = previous(of: sibling)
            }
            return false
        }
    }

    private func parent(of node: Int) -> Int { Int(tree.records[node].parent) }

    private func previous(of node: Int) -> Int { Int(tree.records[node].previous) }

    private mutating func matches(_ test: SelectorTest, _ node: Int) -> Bool {
        switch test {
        case .type(let name): return tree.records[node].name == name
        case .typeName(let name): return tree.records[node].name == .other && facts.typeNames[Int32(node)] == name
        case .identifier(let name): return facts.identifiers[node] == name
        case .className(let name): return facts.classes(node).contains(name)
        case .attribute(let number): return matches(store.attributes[Int(number)], node)
        case .link: return isLink(node)
        case .root: return parent(of: node) == 0
        case .empty: return isEmpty(node)
        case .nth(let expression, let fromEnd, let ofType): return expression.matches(place(of: node, fromEnd: fromEnd, ofType: ofType))
        case .anyOf(let list): return matchesOne(of: list, node)
        case .noneOf(let list): return !matchesOne(of: list, node) && !isExhausted
        case .combinator: return true
        }
    }

    private mutating func matchesOne(of list: Int32, _ node: Int) -> Bool {
        for range in store.lists[Int(list)] where matches(range.lowerBound, range.upperBound, node) { return true }
        return false
    }

    private func isLink(_ node: Int) -> Bool {
        let record = tree.records[node]
        guard record.name == .a || record.name == .area, let tag = tree.tag(record.markup) else { return false }
        return tag.attribute("href") != nil
    }

    private func isEmpty(_ node: Int) -> Bool {
        for child in node + 1..<Int(tree.records[node].end) where tree.records[child].kind != .comment {
            guard tree.records[child].kind == .text, tree.text(tree.records[child]).isEmpty else { return false }
        }
        return true
    }

    // MARK: attributes

    private func matches(_ test: AttributeTest, _ node: Int) -> Bool {
        guard let tag = tree.tag(tree.records[node].markup) else { return false }
        guard let number = tag.index.attribute(test.name, of: tag.number) else { return false }
        guard test.relation != .exists else { return true }
        var value: ArraySlice<UInt8> = []
        if let range = tag.index.value(number) {
            value = tag.index.source[range]
            if value.contains(UInt8(ascii: "&")) { value = Array(CharacterReferences.decode(value).utf8)[...] }
        }
        return test.ignoresCase ? test.holds(value.map(SourceBytes.lowered)[...]) : test.holds(value)
    }

    // MARK: places

    /// Place among the siblings, counted from 1.
    private mutating func place(of node: Int, fromEnd: Bool, ofType: Bool) -> Int {
        let record = tree.records[node]
        if !ofType { return fromEnd ? Int(record.siblings - record.place) : Int(record.place) + 1 }
        var place = 1
        if fromEnd {
            var next = Int(record.end)
            let end = Int(tree.records[parent(of: node)].end)
            while next < end {
                steps -= 1
                if isSameType(next, node) { place += 1 }
                next = Int(tree.records[next].end)
            }
        } else {
            var before = previous(of: node)
            while before > 0 {
                steps -= 1
                if isSameType(before, node) { place += 1 }
                before = previous(of: before)
            }
        }
        return place
    }

    private func isSameType(_ one: Int, _ other: Int) -> Bool {
        guard tree.records[one].kind == .element, tree.records[one].name == tree.records[other].name else { return false }
        return tree.records[one].name != .other || tree.name(one) == tree.name(other)
    }
}

extension AttributeTest {
    /// Whether a value is what the test asks for.
    func holds(_ text: ArraySlice<UInt8>) -> Bool {
        switch relation {
        case .exists: true
        case .equals: text.elementsEqual(value)
        case .includes: !value.isEmpty && text.split(whereSeparator: SourceBytes.isBlank).contains { $0.elementsEqual(value) }
        case .dash: text.elementsEqual(value) || text.count > value.count && text.starts(with: value + [UInt8(ascii: "-")])
        case .prefix: !value.isEmpty && text.starts(with: value)
        case .suffix: !value.isEmpty && text.count >= value.count && text.suffix(value.count).elementsEqual(value)
        case .substring: !value.isEmpty && contains(text)
        }
    }

    private func contains(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= value.count else { return false }
        return (text.startIndex...text.endIndex - value.count).contains { text[$0..<$0 + value.count].elementsEqual(value) }
    }
}

extension SourceIndex {
    /// The attribute of a tag under a name in lower case that counts: the first.
    func attribute(_ name: [UInt8], of tag: Int) -> Int? {
        tags[tag].attributes.first { number in
            let range = Int(attributes[number].start)..<Int(attributes[number].nameEnd)
            return range.count == name.count && zip(range, name).allSatisfy { SourceBytes.lowered(source[$0]) == $1 }
        }
    }
}
