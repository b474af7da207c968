/// Tells whether elements of a document are selected, within a bound of work.
struct SelectorMatcher {
    private let document: HTMLDocument
    let facts: [ElementFacts]
    private var steps: Int

    /// Whether the bound was reached; what was said since is not to be relied on.
    var isExhausted: Bool { steps <= 0 }

    init(document: HTMLDocument, steps: Int) {
        self.document = document
        self.facts = ElementFacts.all(of: document)
        self.steps = steps
    }

    /// Whether a selector without its dynamic parts selects the element at a place of `document.nodes`.
    mutating func matches(_ selector: Selector, _ index: Int) -> Bool {
        matches(selector.subject, index) && matches(selector.ancestry[...], index)
    }

    private mutating func matches(_ ancestry: ArraySlice<Selector.Part>, _ index: Int) -> Bool {
        guard let part = ancestry.first, !isExhausted else { return !isExhausted }
        let rest = ancestry.dropFirst()
        switch part.combinator {
        case .child: return matches(part, rest, parent(of: index))
        case .adjacent: return matches(part, rest, document.nodes[index].element?.previous ?? -1)
        case .descendant:
            var ancestor = parent(of: index)
            while ancestor > 0 {
                if matches(part, rest, ancestor) { return true }
                ancestor = parent(of: ancestor)
            }
            return false
        case .sibling:
            var sibling = document.nodes[index].element?.previous ?? -1
            while sibling > 0 {
                if matches(part, rest, sibling) { return true }
                sibling = document.nodes[sibling].element?.previous ?? -1
            }
            return false
        }
    }

    private mutating func matches(_ part: Selector.Part, _ rest: ArraySlice<Selector.Part>, _ index: Int) -> Bool {
        index > 0 && matches(part.compound, index) && matches(rest, index)
    }

    private func parent(of index: Int) -> Int {
        document.nodes[index].parent
    }

    private mutating func matches(_ compound: Selector.Compound, _ index: Int) -> Bool {
        steps -= 1
        guard !isExhausted else { return false }
        if let type = compound.type, type != facts[index].name { return false }
        for identifier in compound.identifiers where facts[index].identifier != cased(identifier) { return false }
        for name in compound.classes where !facts[index].classes.contains(cased(name)) { return false }
        for test in compound.attributes where !matches(test, index) { return false }
        for test in compound.structure where !matches(test, index) { return false }
        for list in compound.negations {
            for negated in list where matches(negated, index) { return false }
        }
        return true
    }

    private func cased(_ name: String) -> String {
        document.isQuirks ? name.lowercased() : name
    }

    private func matches(_ test: AttributeTest, _ index: Int) -> Bool {
        guard let tag = document.nodes[index].element?.markup, var value = document.value(of: test.name, in: tag) else { return false }
        var wanted = test.value
        if test.ignoresCase {
            value = value.lowercased()
            wanted = wanted.lowercased()
        }
        let isEmpty = wanted.isEmpty
        switch test.relation {
        case .exists: return true
        case .equals: return value == wanted
        case .includes: return !isEmpty && value.utf8.split(whereSeparator: CSSTokenizer.isBlank).contains { Substring($0) == wanted[...] }
        case .dash: return value == wanted || value.hasPrefix(wanted + "-")
        case .prefix: return !isEmpty && value.hasPrefix(wanted)
        case .suffix: return !isEmpty && value.hasSuffix(wanted)
        case .substring: return !isEmpty && contains(Array(value.utf8), Array(wanted.utf8))
        }
    }

    private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }

    private mutating func matches(_ test: StructuralTest, _ index: Int) -> Bool {
        switch test {
        case .root: return parent(of: index) == 0
        case .empty:
            return document.nodes[index + 1..<document.nodes[index].end].allSatisfy { node in
                switch node.content {
                case .comment: true
                case .text(let text): text.isEmpty
                default: false
                }
            }
        case .nth(let expression, let fromEnd, let ofType):
            return place(of: index, fromEnd: fromEnd, ofType: ofType).map(expression.matches) ?? false
        }
    }

    /// Place among the siblings, counted from 1.
    private mutating func place(of index: Int, fromEnd: Bool, ofType: Bool) -> Int? {
        guard let element = document.nodes[index].element else { return nil }
        if !ofType { return fromEnd ? element.siblings - element.place : element.place + 1 }
        var place = 1
        if fromEnd {
            var next = document.nodes[index].end
            let end = document.nodes[parent(of: index)].end
            while next < end {
                steps -= 1
                if facts[next].name == element.name { place += 1 }
                next = document.nodes[next].end
            }
        } else {
            var previous = element.previous
            while previous > 0 {
                steps -= 1
                if facts[previous].name == element.name { place += 1 }
                previous = document.nodes[previous].element?.previous ?? -1
            }
        }
        return place
    }
}
