/// Style sheets of a document, parsed: rules that can be looked into, and everything else as ranges to be kept whole.
///
/// The parts of all rules stand in flat lists, which rules refer to by range.
struct CSSStylesheet: Sendable {
    /// A rule with selectors.
    struct Rule: Sendable {
        /// From the first selector to behind the closing brace.
        let range: Range<Int>
        let prelude: Range<Int>
        let selectors: Range<Int>
        let declarations: Range<Int>
        /// Whether all of the block was understood and is of declarations only.
        let isPlain: Bool
        /// Whether it stands inside an at-rule such as `@media`.
        let isConditional: Bool
        /// Whether it stands inside `@layer`, where it loses against every rule outside.
        let isLayered: Bool
    }

    /// One of a rule's selectors.
    struct SelectorText: Sendable {
        let range: Range<Int>
        let result: SelectorParseResult
    }

    /// In source order, those inside `@media` and `@supports` included.
    var rules: [Rule] = []
    var selectors: [SelectorText] = []
    var declarations: [DeclarationRecord] = []
    /// The tests that the selectors are made of.
    var tests: SelectorStore
    var properties = PropertyTable.usual
    /// Whether there is an at-rule.
    var hasAtRules = false
    var problems: [CSSProblem] = []

    /// An empty sheet.
    static let empty = CSSStylesheet(isQuirks: false)

    /// An empty sheet for a document.
    init(isQuirks: Bool) {
        tests = SelectorStore(isQuirks: isQuirks)
    }
}
