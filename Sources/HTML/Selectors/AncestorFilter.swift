/// Tells quickly of most selectors with ancestors that none of an element's can be meant.
///
/// Each name sets one bit of 64; an ancestor that is asked for must have left its bits.
struct AncestorFilter {
    /// By node: the bits of everything above it.
    private var above: [UInt64]

    init(_ tree: HTMLTree, _ facts: ElementFacts) {
        above = Array(repeating: 0, count: tree.records.count)
        var own = above
        for node in tree.records.indices {
            let record = tree.records[node]
            if record.parent >= 0 { above[node] = own[Int(record.parent)] }
            guard record.kind == .element else { continue }
            var bits = above[node]
            if record.name != .other { bits |= Self.bit(type: record.name) }
            if facts.identifiers[node] >= 0 { bits |= Self.bit(name: facts.identifiers[node]) }
            for name in facts.classes(node) { bits |= Self.bit(name: name) }
            own[node] = bits
        }
    }

    private static func bit(type: HTMLName) -> UInt64 { 1 << UInt64(type.rawValue & 63) }

    private static func bit(name: Int32) -> UInt64 { 1 << UInt64((name &* 7 &+ 31) & 63) }

    /// The bits that a selector asks of ancestors.
    static func mask(of selector: Selector, _ store: SelectorStore) -> UInt64 {
        var mask: UInt64 = 0
        // The subject, and what is beside an element, are no ancestors.
        var isAncestor = false
        for number in selector.tests {
            switch store.tests[number] {
            case .combinator(let combinator): isAncestor = combinator == .child || combinator == .descendant
            case .type(let name) where isAncestor: mask |= bit(type: name)
            case .className(let name) where isAncestor: mask |= bit(name: name)
            case .identifier(let name) where isAncestor: mask |= bit(name: name)
            default: continue
            }
        }
        return mask
    }

    /// Whether a selector with these bits may select an element.
    @inline(__always)
    func mayHold(_ mask: UInt64, _ node: Int) -> Bool {
        mask & ~above[node] == 0
    }
}
