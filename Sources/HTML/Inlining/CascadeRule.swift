/// One selector of a rule, with what the cascade needs to know of it.
struct CascadeRule {
    let selector: Selector
    /// Place of the rule among all rules of the document, and of the selector among all selectors.
    let rule: Int
    let place: Int
    /// Whether its declarations can be put into `style` attributes.
    let isInlinable: Bool
    let declarations: Range<Int>
    /// Specificity, then order.
    let strength: UInt64

    /// Every selector of the style elements.
    static func all(of sources: [StyleSource], _ sheet: CSSStylesheet) -> [CascadeRule] {
        var rules: [CascadeRule] = []
        rules.reserveCapacity(sheet.selectors.count)
        for style in sources {
            for number in style.rules {
                let rule = sheet.rules[number]
                // A selector that is no selector makes browsers drop the whole rule.
                if sheet.selectors[rule.selectors].contains(where: { $0.result == .invalid }) { continue }
                let isWhole =
                    !style.isKept && !rule.isConditional && rule.isPlain
                    && !sheet.selectors[rule.selectors].contains { $0.result == .unsupported }
                for place in rule.selectors {
                    guard case .selector(let selector) = sheet.selectors[place].result, !selector.selectsPseudoElement else { continue }
                    rules.append(
                        CascadeRule(
                            selector: selector,
                            rule: number,
                            place: place,
                            isInlinable: isWhole && (!selector.isDynamic || holdsForAllLinks(selector, rule, sheet)),
                            declarations: rule.declarations,
                            strength: rule.isLayered ? UInt64(number) : selector.specificity.weight << 32 | UInt64(number)
                        )
                    )
                }
            }
        }
        return rules
    }

    /// Whether a rule has the same selector for followed and for other links, so that it does not matter which a link is.
    private static func holdsForAllLinks(_ selector: Selector, _ rule: CSSStylesheet.Rule, _ sheet: CSSStylesheet) -> Bool {
        guard let state = selector.linkState else { return false }
        return sheet.selectors[rule.selectors].contains { text in
            guard case .selector(let other) = text.result, let rival = other.linkState, rival != state else { return false }
            return sheet.tests.tests[selector.tests] == sheet.tests.tests[other.tests]
        }
    }
}

/// A declaration that holds for an element, and how strongly.
struct CascadeDeclaration {
    /// Place in the sheet's declarations.
    let declaration: Int
    /// Whether it stands in the element's own `style` attribute.
    let isOwn: Bool
    /// Importance, then the attribute, then specificity and order (CSS Cascade Level 4, section 6).
    let strength: UInt64

    init(_ number: Int, isOwn: Bool, isImportant: Bool, strength: UInt64) {
        declaration = number
        self.isOwn = isOwn
        self.strength = (isImportant ? 1 << 63 : 0) | (isOwn ? 1 << 62 : strength)
    }

    /// Whether it loses against another one; within one block the later wins.
    static func < (left: CascadeDeclaration, right: CascadeDeclaration) -> Bool {
        left.strength == right.strength ? left.declaration < right.declaration : left.strength < right.strength
    }
}
