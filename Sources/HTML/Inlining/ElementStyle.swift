/// What is to stand in one element's `style` attribute.
struct ElementStyle {
    /// Place in the document's nodes.
    let index: Int
    let tag: SourceTag
    /// The weakest first; those of the attribute among them.
    var declarations: [CascadeDeclaration]
    /// Rules that stay in a `style` element and may hold for the element.
    let kept: [CascadeRule]
    /// By place in `declarations`: whether it has to be, or must not be, important.
    var importance: [Bool?]

    init(index: Int, tag: SourceTag, rules: [CascadeRule], kept: [CascadeRule], own: [CSSDeclaration]) {
        self.index = index
        self.tag = tag
        self.kept = kept
        var all: [CascadeDeclaration] = []
        for rule in rules {
            for (place, declaration) in rule.declarations.enumerated() {
                all.append(CascadeDeclaration(declaration: declaration, rule: rule, place: place))
            }
        }
        for (place, declaration) in own.enumerated() { all.append(CascadeDeclaration(declaration: declaration, rule: nil, place: place)) }
        self.declarations = Self.withoutOverridden(all.sorted(by: <))
        self.importance = Array(repeating: nil, count: declarations.count)
    }

    /// Whether a rule's declaration is among them.
    var hasRules: Bool { declarations.contains { $0.rule != nil } }

    /// Whether the element is not shown.
    var isHidden: Bool {
        declarations.last { $0.declaration.name == "display" }?.declaration.value.lowercased() == "none"
    }

    /// Makes the importances agree: what is stronger than something important is important as well, and the other way round.
    mutating func settleImportance() {
        for (number, item) in declarations.enumerated() where importance[number] != nil {
            for (other, rival) in declarations.enumerated()
            where PropertyRelation.areRelated(item.declaration.name, rival.declaration.name) && other != number {
                if other > number, importance[number] == true, importance[other] == nil { importance[other] = true }
                if other < number, importance[number] == false, importance[other] == nil { importance[other] = false }
            }
        }
    }

    /// Leaves out what a stronger declaration of the same property undoes, except where a browser may not know the stronger value.
    private static func withoutOverridden(_ sorted: [CascadeDeclaration]) -> [CascadeDeclaration] {
        var decided: Set<String> = []
        var result: [CascadeDeclaration] = []
        for item in sorted.reversed() {
            let name = item.declaration.name
            if item.rule != nil, decided.contains(name) { continue }
            result.append(item)
            if isKnownToAll(item.declaration) { decided.insert(name) }
        }
        return result.reversed()
    }

    /// Whether every mail program can be expected to understand the value.
    private static func isKnownToAll(_ declaration: CSSDeclaration) -> Bool {
        let value = declaration.value
        guard value.utf8.first != UInt8(ascii: "-") || value.utf8.dropFirst().first.map({ (0x30...0x39).contains($0) }) ?? false else {
            return false
        }
        guard value.utf8.contains(UInt8(ascii: "(")) else { return true }
        let value2 = value.lowercased()
        return value2.hasPrefix("rgb(") || value2.hasPrefix("url(")
    }
}
