/// Finds the selectors that can select an element by what their subject asks for first.
struct SelectorIndex {
    /// The first selector of each list by number of the name, and the next one of the same list; -1 for none.
    private var byIdentifier: [Int32]
    private var byClass: [Int32]
    private var byTypeName: [Int32]
    private var byType: [Int32]
    private var others: Int32 = -1
    private var next: [Int32]

    /// An index of selectors by their places in the list.
    init(_ selectors: some Collection<Selector>, _ tests: SelectorStore) {
        byIdentifier = Array(repeating: -1, count: tests.names.count)
        byClass = byIdentifier
        byTypeName = byIdentifier
        byType = Array(repeating: -1, count: HTMLName.allCases.count)
        next = Array(repeating: -1, count: selectors.count)
        for (place, selector) in selectors.enumerated() { add(Int32(place), selector, tests.tests) }
    }

    private mutating func add(_ place: Int32, _ selector: Selector, _ tests: [SelectorTest]) {
        var best = SelectorTest.empty
        loop: for number in selector.tests {
            switch tests[number] {
            case .identifier:
                best = tests[number]
                break loop
            case .className: if case .className = best { continue } else { best = tests[number] }
            case .type, .typeName: if case .className = best { continue } else { best = tests[number] }
            case .combinator: break loop
            default: continue
            }
        }
        switch best {
        case .identifier(let name): Self.put(place, at: Int(name), &byIdentifier, &next)
        case .className(let name): Self.put(place, at: Int(name), &byClass, &next)
        case .typeName(let name): Self.put(place, at: Int(name), &byTypeName, &next)
        case .type(let name): Self.put(place, at: Int(name.rawValue), &byType, &next)
        default:
            next[Int(place)] = others
            others = place
        }
    }

    private static func put(_ place: Int32, at slot: Int, _ heads: inout [Int32], _ next: inout [Int32]) {
        next[Int(place)] = heads[slot]
        heads[slot] = place
    }

    /// Calls the body with each place that may select the element.
    @inline(__always)
    func candidates(_ node: Int, _ name: HTMLName, _ facts: ElementFacts, _ body: (Int) -> Void) {
        let identifier = facts.identifiers[node]
        if identifier >= 0 { each(byIdentifier[Int(identifier)], body) }
        for name in facts.classes(node) { each(byClass[Int(name)], body) }
        if name != .other {
            each(byType[Int(name.rawValue)], body)
        } else if let name = facts.typeNames[Int32(node)], name >= 0 {
            each(byTypeName[Int(name)], body)
        }
        each(others, body)
    }

    @inline(__always)
    private func each(_ head: Int32, _ body: (Int) -> Void) {
        var place = head
        while place >= 0 {
            body(Int(place))
            place = next[Int(place)]
        }
    }
}
