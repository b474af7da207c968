/// Keeps rules that stay in a `style` element winning where they won before their rivals moved into `style` attributes.
///
/// A declaration in an attribute beats every rule. So a kept declaration that used to win is made important, and what it used to lose
/// against is made important in the attribute as well.
struct KeptRules {
    /// A declaration in a `style` element.
    struct Place: Hashable {
        let source: Int
        let rule: Int
        let declaration: Int
    }

    /// The kept declarations that have to become important.
    private(set) var raised: Set<Place> = []

    /// Finds what has to be raised, and sets the importance of the elements' declarations accordingly.
    init(_ styles: inout [ElementStyle]) {
        for style in styles {
            Self.rivals(in: style) { kept, place, inline in
                if !kept.declaration.isImportant, style.declarations[inline] < kept { raised.insert(place) }
            }
        }
        for number in styles.indices {
            var importance = styles[number].importance
            Self.rivals(in: styles[number]) { kept, place, inline in
                let isImportant = kept.declaration.isImportant || raised.contains(place)
                guard isImportant else { return }
                if styles[number].declarations[inline] < kept {
                    importance[inline] = false
                } else if importance[inline] == nil {
                    importance[inline] = true
                }
            }
            styles[number].importance = importance
            styles[number].settleImportance()
        }
    }

    /// Calls the body with each kept declaration and each of the element's that sets the same thing.
    private static func rivals(in style: ElementStyle, _ body: (CascadeDeclaration, Place, Int) -> Void) {
        for rule in style.kept {
            for (number, declaration) in rule.declarations.enumerated() {
                let kept = CascadeDeclaration(declaration: declaration, rule: rule, place: number)
                let place = Place(source: rule.source, rule: rule.rule, declaration: number)
                for (inline, rival) in style.declarations.enumerated()
                where PropertyRelation.areRelated(declaration.name, rival.declaration.name) {
                    // Which of two that say the same wins makes no difference.
                    if declaration.name == rival.declaration.name, declaration.value == rival.declaration.value { continue }
                    body(kept, place, inline)
                }
            }
        }
    }
}
