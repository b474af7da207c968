/// Keeps rules that stay in a `style` element winning where they won before their rivals moved into `style` attributes.
///
/// A declaration in an attribute beats every rule. So a kept declaration that used to win is made important, and what it used to lose
/// against is made important in the attribute as well.
struct KeptRules {
    /// The kept declarations that have to become important, by their places in the sheet.
    private(set) var raised: Set<Int> = []

    private let rules: [CascadeRule]
    private let sheet: CSSStylesheet

    /// Finds what has to be raised, and sets the importance of the elements' declarations accordingly.
    init(_ styles: inout [ElementStyle], _ rules: [CascadeRule], _ sheet: CSSStylesheet) {
        self.rules = rules
        self.sheet = sheet
        for number in styles.indices where !styles[number].kept.isEmpty { raise(styles[number]) }
        for number in styles.indices where !styles[number].kept.isEmpty { settle(&styles[number]) }
    }

    private mutating func raise(_ style: ElementStyle) {
        var found: [Int] = []
        rivals(in: style) { kept, inline in
            if !sheet.declarations[kept.declaration].isImportant, style.declarations[inline] < kept { found.append(kept.declaration) }
        }
        raised.formUnion(found)
    }

    private func settle(_ style: inout ElementStyle) {
        var importance = style.importance
        var isChanged = false
        rivals(in: style) { kept, inline in
            guard sheet.declarations[kept.declaration].isImportant || raised.contains(kept.declaration) else { return }
            isChanged = true
            if style.declarations[inline] < kept {
                importance[inline] = false
            } else if importance[inline] == nil {
                importance[inline] = true
            }
        }
        guard isChanged else { return }
        style.importance = importance
        style.settleImportance(sheet)
    }

    /// Calls the body with each kept declaration and each of the element's that sets the same thing.
    private func rivals(in style: ElementStyle, _ body: (CascadeDeclaration, Int) -> Void) {
        for place in style.kept {
            let rule = rules[Int(place)]
            for number in rule.declarations {
                let declaration = sheet.declarations[number]
                if declaration.isRefused { continue }
                for (inline, rival) in style.declarations.enumerated() {
                    let other = sheet.declarations[rival.declaration]
                    guard sheet.properties.areRelated(declaration.property, other.property) else { continue }
                    // Which of two that say the same wins makes no difference.
                    if declaration.property == other.property, declaration.valueHash == other.valueHash { continue }
                    let kept = CascadeDeclaration(number, isOwn: false, isImportant: declaration.isImportant, strength: rule.strength)
                    body(kept, inline)
                }
            }
        }
    }
}
