/// What is to stand in the `style` attribute of all elements that the same rules select and that have the same attribute so far.
struct ElementStyle {
    /// The weakest first; those of the attribute among them.
    var declarations: [CascadeDeclaration]
    /// Rules that stay in a `style` element and may hold for the elements, by place.
    let kept: [Int32]
    /// By place in `declarations`: whether it has to be, or must not be, important.
    var importance: [Bool?]
    /// The bytes of the attribute so far; nil when nothing stands in it.
    let own: Range<Int>?
    /// 0 for none.
    let quote: UInt8

    /// Whether a rule's declaration is among them.
    var hasRules: Bool { declarations.contains { !$0.isOwn } }

    /// Whether the elements are not shown.
    func isHidden(_ sheet: CSSStylesheet) -> Bool {
        declarations.last { sheet.declarations[$0.declaration].property == PropertyTable.display }
            .map { sheet.declarations[$0.declaration].isNone } ?? false
    }

    /// Makes the importances agree: what is stronger than something important is important as well, and the other way round.
    mutating func settleImportance(_ sheet: CSSStylesheet) {
        for number in declarations.indices where importance[number] != nil {
            let property = sheet.declarations[declarations[number].declaration].property
            for other in declarations.indices where other != number && importance[other] == nil {
                let rival = sheet.declarations[declarations[other].declaration].property
                guard sheet.properties.areRelated(property, rival) else { continue }
                if other > number, importance[number] == true { importance[other] = true }
                if other < number, importance[number] == false { importance[other] = false }
            }
        }
    }
}
