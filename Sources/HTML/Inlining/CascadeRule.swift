/// One selector of a rule, with what the cascade needs to know of it.
struct CascadeRule {
    let selector: Selector
    /// Place among all rules of the document.
    let order: Int
    /// Whether its declarations can be put into `style` attributes.
    let isInlinable: Bool
    let declarations: [CSSDeclaration]
    /// The `style` element and the place of the rule and of the selector in it.
    let source: Int
    let rule: Int
    let place: Int

    /// Every selector of the style elements.
    static func all(of sources: [StyleSource]) -> [CascadeRule] {
        var rules: [CascadeRule] = []
        var order = 0
        for (source, style) in sources.enumerated() {
            for (number, rule) in style.sheet.rules.enumerated() {
                order += 1
                // A selector that is no selector makes browsers drop the whole rule.
                if rule.selectors.contains(where: { $0.result == .invalid }) { continue }
                let isWhole = !style.isKept && !rule.isConditional && rule.isPlain && !rule.selectors.contains { $0.result == .unsupported }
                for (place, text) in rule.selectors.enumerated() {
                    guard case .selector(let selector) = text.result, !selector.selectsPseudoElement else { continue }
                    rules.append(
                        CascadeRule(
                            selector: selector,
                            order: order,
                            isInlinable: isWhole && !selector.isDynamic,
                            declarations: rule.declarations,
                            source: source,
                            rule: number,
                            place: place
                        )
                    )
                }
            }
        }
        return rules
    }
}

/// A declaration that holds for an element, and how strongly.
struct CascadeDeclaration {
    let declaration: CSSDeclaration
    /// Nil when it stands in the element's own `style` attribute.
    let rule: CascadeRule?
    /// Place in its block.
    let place: Int

    /// Whether it loses against another one (CSS Cascade Level 4, section 6).
    static func < (left: CascadeDeclaration, right: CascadeDeclaration) -> Bool {
        if left.declaration.isImportant != right.declaration.isImportant { return right.declaration.isImportant }
        guard let leftRule = left.rule else { return right.rule == nil && left.place < right.place }
        guard let rightRule = right.rule else { return true }
        if leftRule.selector.specificity != rightRule.selector.specificity {
            return leftRule.selector.specificity < rightRule.selector.specificity
        }
        return (leftRule.order, left.place) < (rightRule.order, right.place)
    }
}
