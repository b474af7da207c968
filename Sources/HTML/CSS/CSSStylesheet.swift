/// A parsed style sheet: rules that can be looked into, and everything else as ranges to be kept whole.
package struct CSSStylesheet: Sendable {
    /// A rule with selectors.
    package struct Rule: Sendable {
        /// From the first selector to behind the closing brace.
        package let range: Range<Int>
        package let prelude: Range<Int>
        package let selectors: [SelectorText]
        package internal(set) var declarations: [CSSDeclaration]
        /// Whether all of the block was understood and is of declarations only.
        package let isPlain: Bool
        /// Whether it stands inside an at-rule such as `@media`.
        package let isConditional: Bool
    }

    /// One of a rule's selectors.
    package struct SelectorText: Sendable {
        package let range: Range<Int>
        package let result: SelectorParseResult
    }

    /// In source order, those inside `@media` and `@supports` included.
    package internal(set) var rules: [Rule] = []
    /// Whether there is an at-rule.
    package internal(set) var hasAtRules = false
    package internal(set) var problems: [CSSProblem] = []
}
