/// Elements that the same rules select and that have the same `style` attribute: what they get is worked out once.
struct StyleGroups {
    /// An element and its group.
    struct Member {
        let node: Int32
        let group: Int32
    }

    private struct Key {
        let matched: Range<Int>
        let own: Range<Int>?
        let quote: UInt8
        /// Another group with the same hash; -1 for none.
        let next: Int32
    }

    private(set) var members: [Member] = []
    private(set) var styles: [ElementStyle] = []
    private var matched: [Int32] = []
    private var keys: [Key] = []
    private var byHash: [UInt64: Int32] = [:]
    /// By property: the last group in which a stronger declaration of it was met.
    private var decided: [Int32] = []

    /// Adds an element that rules select, by their places in order.
    mutating func add(
        _ node: Int,
        _ places: [Int32],
        own: Range<Int>?,
        quote: UInt8,
        _ source: SourceBytes,
        _ rules: [CascadeRule],
        _ sheet: inout CSSStylesheet
    ) {
        let hash = hash(places, own, quote, source)
        let first = byHash[hash] ?? -1
        var group = first
        while group >= 0 {
            let key = keys[Int(group)]
            if key.quote == quote, matched[key.matched].elementsEqual(places), Self.areEqual(key.own, own, source) { break }
            group = key.next
        }
        if group < 0 {
            group = Int32(keys.count)
            let start = matched.count
            matched.append(contentsOf: places)
            keys.append(Key(matched: start..<matched.count, own: own, quote: quote, next: first))
            byHash[hash] = group
            styles.append(style(places, own, quote, source, rules, &sheet))
        }
        members.append(Member(node: Int32(node), group: group))
    }

    private func hash(_ places: [Int32], _ own: Range<Int>?, _ quote: UInt8, _ source: SourceBytes) -> UInt64 {
        var hash = UInt64(quote) ^ 0xCBF2_9CE4_8422_2325
        for place in places { hash = (hash ^ UInt64(truncatingIfNeeded: place)) &* 0x9E37_79B9_7F4A_7C15 }
        if let own {
            hash ^= UInt64(own.count)
            for index in own { hash = (hash ^ UInt64(source[index])) &* 0x100_0000_01B3 }
        }
        return hash
    }

    private static func areEqual(_ left: Range<Int>?, _ right: Range<Int>?, _ source: SourceBytes) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return source.areEqual(left, right)
    }

    private mutating func style(
        _ places: [Int32],
        _ own: Range<Int>?,
        _ quote: UInt8,
        _ source: SourceBytes,
        _ rules: [CascadeRule],
        _ sheet: inout CSSStylesheet
    ) -> ElementStyle {
        let ownDeclarations = own.map { Self.parse($0, source, into: &sheet) } ?? 0..<0
        var inlined = places.filter { rules[Int($0)].isInlinable }
        inlined.sort { rules[Int($0)].strength < rules[Int($1)].strength }
        var all: [CascadeDeclaration] = []
        for isImportant in [false, true] {
            for (number, place) in inlined.enumerated() {
                let rule = rules[Int(place)]
                // Of several selectors of one rule the strongest counts.
                if inlined[(number + 1)...].contains(where: { rules[Int($0)].rule == rule.rule }) { continue }
                for declaration in rule.declarations
                where sheet.declarations[declaration].isImportant == isImportant && !sheet.declarations[declaration].isRefused {
                    all.append(CascadeDeclaration(declaration, isOwn: false, isImportant: isImportant, strength: rule.strength))
                }
            }
            for declaration in ownDeclarations where sheet.declarations[declaration].isImportant == isImportant {
                all.append(CascadeDeclaration(declaration, isOwn: true, isImportant: isImportant, strength: 0))
            }
        }
        let declarations = withoutOverridden(all, sheet)
        return ElementStyle(
            declarations: declarations,
            kept: places.filter { !rules[Int($0)].isInlinable },
            importance: Array(repeating: nil, count: declarations.count),
            own: own,
            quote: quote
        )
    }

    /// Leaves out what a stronger declaration of the same property undoes, except where a browser may not know the stronger value.
    private mutating func withoutOverridden(_ sorted: [CascadeDeclaration], _ sheet: CSSStylesheet) -> [CascadeDeclaration] {
        let group = Int32(keys.count)
        var result: [CascadeDeclaration] = []
        result.reserveCapacity(sorted.count)
        for item in sorted.reversed() {
            let declaration = sheet.declarations[item.declaration]
            let property = Int(declaration.property)
            while decided.count <= property { decided.append(0) }
            if !item.isOwn, decided[property] == group || repeats(declaration, result, sheet) { continue }
            result.append(item)
            if declaration.isKnownToAll { decided[property] = group }
        }
        result.reverse()
        return result
    }

    /// Whether one of the stronger declarations says just the same.
    private func repeats(_ declaration: DeclarationRecord, _ stronger: [CascadeDeclaration], _ sheet: CSSStylesheet) -> Bool {
        guard !declaration.isKnownToAll else { return false }
        // A hostile source could make this long.
        return stronger.suffix(32).contains { item in
            let other = sheet.declarations[item.declaration]
            return other.property == declaration.property && other.valueHash == declaration.valueHash
        }
    }

    /// The declarations of an attribute; with references in it the places are those of the resolved text.
    private static func parse(_ own: Range<Int>, _ source: SourceBytes, into sheet: inout CSSStylesheet) -> Range<Int> {
        guard source.find(UInt8(ascii: "&"), from: own.lowerBound, to: own.upperBound) < own.upperBound else {
            return CSSParser.parseDeclarations(source, in: own, into: &sheet)
        }
        let text = Array(CharacterReferences.decode(own.map { source[$0] }[...]).utf8)
        return SourceBytes.with(text) { CSSParser.parseDeclarations($0, in: 0..<text.count, into: &sheet) }
    }

    /// Lets the body change the styles.
    mutating func change(_ body: (inout [ElementStyle]) -> Void) {
        body(&styles)
    }
}
