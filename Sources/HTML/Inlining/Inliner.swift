/// Moves the rules of `style` elements into `style` attributes, as mail programs need it, without changing what a browser shows.
///
/// What cannot be moved stays in its `style` element: at-rules, states such as `:hover`, pseudo-elements, selectors that select nothing
/// in the source (they are meant for what mail programs put around it) or something without a place in the source.
package struct Inliner {
    /// An element with this attribute set to `ignore` gets no styles; such a `style` element is left in place.
    package static let ignoreAttribute = "data-inline"

    /// Bounds of the work.
    package struct Limits: Sendable {
        /// Comparisons of an element with a part of a selector.
        package var steps: Int
        /// Comparisons of declarations with each other, for all elements.
        package var comparisons: Int
        /// Declarations of rules, for all elements.
        package var declarations: Int
        /// Bytes that may be put into the source.
        package var insertedBytes: Int

        package init(steps: Int = 1_000_000, comparisons: Int = 5_000_000, declarations: Int = 200_000, insertedBytes: Int = 2 << 20) {
            self.steps = steps
            self.declarations = declarations
            self.comparisons = comparisons
            self.insertedBytes = insertedBytes
        }
    }

    /// What was done.
    package struct Result: Sendable {
        package var edits = SourceEdits()
        /// Elements that got styles.
        package var styledElements = 0
        /// CSS that was passed over; offsets are those of the document's source.
        package var problems: [CSSProblem] = []
        /// Declarations that were taken out because they are not allowed, as ranges of the source.
        package var refused: [Range<Int>] = []
        /// Elements that the rules hide (`display: none`), by their places in the document's nodes.
        package var hidden: Set<Int> = []
        /// Whether a bound was reached; then nothing but what is not allowed is changed.
        package var isTooComplex = false
    }

    private let document: HTMLDocument
    private let limits: Limits
    private let sources: [StyleSource]
    private let rules: [CascadeRule]
    private var styles: [ElementStyle] = []
    private var selected: [Bool]
    private var needed: [Bool]
    private var comparisons = 0
    private var declarations = 0

    private init(_ document: HTMLDocument, _ limits: Limits, _ sources: [StyleSource]) {
        self.document = document
        self.limits = limits
        self.sources = sources
        self.rules = CascadeRule.all(of: sources)
        self.selected = Array(repeating: false, count: rules.count)
        self.needed = Array(repeating: false, count: rules.count)
    }

    /// The changes that inline a document's styles.
    ///
    /// - Parameter isAllowed: whether a declaration of a `style` element may stay in the mail
    package static func inline(
        _ document: HTMLDocument,
        limits: Limits = Limits(),
        isAllowed: (CSSDeclaration) -> Bool = { _ in true }
    ) -> Result {
        var sources = StyleSource.all(in: document, ignoring: ignoreAttribute)
        var result = Result()
        result.problems = sources.flatMap(\.sheet.problems)
        for number in sources.indices { result.refused += sources[number].removeDeclarations(except: isAllowed) }
        for range in result.refused { result.edits.remove(range) }
        var inliner = Inliner(document, limits, sources)
        guard !inliner.rules.isEmpty else { return result }
        guard inliner.match() else {
            result.isTooComplex = true
            return result
        }
        inliner.write(&result)
        return result
    }

    /// Finds what holds for each element; false when that is too much work.
    private mutating func match() -> Bool {
        var matcher = SelectorMatcher(document: document, steps: limits.steps)
        let index = SelectorIndex(rules.enumerated().map { ($0.offset, $0.element.selector) }, ignoresCase: document.isQuirks)
        for (node, element) in document.elements where !Self.unseen.contains(element.name) {
            var matched: [Int] = []
            index.candidates(for: matcher.facts[node]) { place in
                if matcher.matches(rules[place].selector, node) { matched.append(place) }
            }
            if matcher.isExhausted { return false }
            take(matched.sorted(), element, node)
            if isBeyondBounds { return false }
        }
        return true
    }

    /// Elements of the head, which no style shows on.
    private static let unseen: Set<String> = ["head", "title", "meta", "link", "style", "script", "base", "template", "noscript"]

    private mutating func take(_ matched: [Int], _ element: HTMLElement, _ node: Int) {
        let isIgnored = element.tag.flatMap { document.value(of: Self.ignoreAttribute, in: $0) }?.lowercased() == "ignore"
        guard let tag = element.tag, !isIgnored else {
            for place in matched { needed[place] = true }
            return
        }
        for place in matched { selected[place] = true }
        guard !matched.isEmpty else { return }
        count(matched)
        guard !isBeyondBounds else { return }
        let own = tag.attribute("style").map { CSSParser.declarations(Array(document.value(of: $0).utf8)).declarations } ?? []
        styles.append(
            ElementStyle(
                index: node,
                tag: tag,
                rules: Self.strongest(matched.map { rules[$0] }.filter(\.isInlinable)),
                kept: matched.map { rules[$0] }.filter { !$0.isInlinable },
                own: own
            )
        )
    }

    /// Counts the work that an element's declarations will make.
    private mutating func count(_ matched: [Int]) {
        let kept = matched.reduce(0) { $0 + (rules[$1].isInlinable ? 0 : rules[$1].declarations.count) }
        let moved = matched.reduce(0) { $0 + (rules[$1].isInlinable ? rules[$1].declarations.count : 0) }
        declarations += moved
        comparisons += moved * kept
    }

    private var isBeyondBounds: Bool {
        declarations > limits.declarations || comparisons > limits.comparisons
    }

    /// Of several selectors of one rule that select the same element the strongest counts.
    private static func strongest(_ rules: [CascadeRule]) -> [CascadeRule] {
        var result: [CascadeRule] = []
        for rule in rules {
            if let last = result.last, last.order == rule.order {
                if last.selector.specificity < rule.selector.specificity { result[result.count - 1] = rule }
            } else {
                result.append(rule)
            }
        }
        return result
    }

    private mutating func write(_ result: inout Result) {
        let keptRules = KeptRules(&styles)
        var edits = SourceEdits()
        result.hidden = Set(styles.filter(\.isHidden).map(\.index))
        for style in styles where style.hasRules || style.importance.contains(true) {
            StyleAttributeWriter(document: document, style: style).write(to: &edits)
            if style.hasRules { result.styledElements += 1 }
        }
        var moved: [Int: [Int: Set<Int>]] = [:]
        for (place, rule) in rules.enumerated() where rule.isInlinable && selected[place] && !needed[place] {
            moved[rule.source, default: [:]][rule.rule, default: []].insert(rule.place)
        }
        for (number, source) in sources.enumerated() {
            StyleElementWriter(source: document.source, style: source, number: number)
                .write(moved: moved[number] ?? [:], raised: keptRules.raised, to: &edits)
        }
        guard edits.insertedBytes > limits.insertedBytes else { return result.edits.append(edits) }
        result.styledElements = 0
        result.isTooComplex = true
    }
}
