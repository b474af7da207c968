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
    private let source: SourceBytes
    private let limits: Limits
    private let outlookAttributes: Bool
    private let sources: [StyleSource]
    private var sheet: CSSStylesheet
    private let rules: [CascadeRule]
    private var groups = StyleGroups()
    private var selected: [Bool]
    private var needed: [Bool]
    private var comparisons = 0
    private var declarations = 0

    private init(
        _ document: HTMLDocument,
        _ source: SourceBytes,
        _ limits: Limits,
        _ outlookAttributes: Bool,
        _ sources: [StyleSource],
        _ sheet: CSSStylesheet
    ) {
        self.outlookAttributes = outlookAttributes
        self.document = document
        self.source = source
        self.limits = limits
        self.sources = sources
        self.sheet = sheet
        self.rules = CascadeRule.all(of: sources, sheet)
        self.selected = Array(repeating: false, count: rules.count)
        self.needed = Array(repeating: false, count: rules.count)
    }

    /// The changes that inline a document's styles.
    ///
    /// - Parameters:
    ///   - outlookAttributes: whether tables, cells, rows and images that get styles also get the attributes that Outlook goes by
    ///   - isAllowed: whether a declaration of a `style` element may stay in the mail; nil when every one may
    package static func inline(
        _ document: HTMLDocument,
        limits: Limits = Limits(),
        outlookAttributes: Bool = false,
        isAllowed: ((CSSDeclaration) -> Bool)? = nil
    ) -> Result {
        SourceBytes.with(document.source) { source in
            var sheet = CSSStylesheet(isQuirks: document.isQuirks)
            let sources = StyleSource.all(in: document, source, into: &sheet)
            var result = Result()
            result.problems = sheet.problems
            if let isAllowed {
                for number in sheet.declarations.indices where !isAllowed(sheet.declarations[number].declaration(source)) {
                    sheet.declarations[number].isRefused = true
                    result.refused.append(sheet.declarations[number].range)
                    result.edits.remove(sheet.declarations[number].range)
                }
            }
            var inliner = Inliner(document, source, limits, outlookAttributes, sources, sheet)
            guard !inliner.rules.isEmpty || outlookAttributes else { return result }
            guard inliner.match() else {
                result.isTooComplex = true
                return result
            }
            inliner.write(&result)
            return result
        }
    }

    /// Finds what holds for each element; false when that is too much work.
    private mutating func match() -> Bool {
        let tree = document.tree
        var matcher = SelectorMatcher(tree, source, sheet.tests, steps: limits.steps)
        let facts = matcher.facts
        let index = SelectorIndex(rules.map(\.selector), sheet.tests)
        let filter = AncestorFilter(tree, facts)
        let masks = rules.map { AncestorFilter.mask(of: $0.selector, sheet.tests) }
        var matched: [Int32] = []
        for node in tree.records.indices {
            let record = tree.records[node]
            guard record.kind == .element, !Self.isUnseen(record.name) else { continue }
            matched.removeAll(keepingCapacity: true)
            index.candidates(node, record.name, facts) { place in
                if filter.mayHold(masks[place], node), matcher.matches(rules[place].selector, node) { matched.append(Int32(place)) }
            }
            if matcher.isExhausted { return false }
            if matched.isEmpty, !outlookAttributes || !OutlookAttributes.apply(to: record.name) { continue }
            matched.sort()
            take(matched, record, node)
            if isBeyondBounds { return false }
        }
        return true
    }

    /// Elements of the head, which no style shows on.
    private static func isUnseen(_ name: HTMLName) -> Bool {
        switch name {
        case .head, .title, .meta, .link, .style, .script, .base, .template, .noscript: true
        default: false
        }
    }

    private mutating func take(_ matched: [Int32], _ record: NodeRecord, _ node: Int) {
        guard let tag = document.tree.tag(record.tag), !isIgnored(tag) else {
            for place in matched { needed[Int(place)] = true }
            return
        }
        for place in matched { selected[Int(place)] = true }
        count(matched)
        guard !isBeyondBounds else { return }
        let own = tag.index.attribute(.style, of: tag.number)
        var value = own < 0 ? nil : tag.index.value(own)
        if let range = value, range.allSatisfy({ SourceBytes.isBlank(source[$0]) }) { value = nil }
        let quote = value == nil ? 0 : tag.index.attributes[own].quote
        groups.add(node, matched, own: value, quote: quote, source, rules, &sheet)
    }

    private func isIgnored(_ tag: SourceTag) -> Bool {
        document.value(of: Self.ignoreAttribute, in: tag)?.lowercased() == "ignore"
    }

    /// Counts the work that an element's declarations will make.
    private mutating func count(_ matched: [Int32]) {
        var kept = 0
        var moved = 0
        for place in matched {
            let rule = rules[Int(place)]
            if rule.isInlinable { moved += rule.declarations.count } else { kept += rule.declarations.count }
        }
        declarations += moved
        comparisons += moved * kept
    }

    private var isBeyondBounds: Bool {
        declarations > limits.declarations || comparisons > limits.comparisons
    }

    private mutating func write(_ result: inout Result) {
        var keptRules: KeptRules?
        groups.change { keptRules = KeptRules(&$0, rules, sheet) }
        var edits = SourceEdits()
        writeAttributes(&result, &edits)
        var moved = [Bool](repeating: false, count: sheet.selectors.count)
        var isInlinable = moved
        for (place, rule) in rules.enumerated() where rule.isInlinable {
            isInlinable[rule.place] = true
            if selected[place], !needed[place] { moved[rule.place] = true }
        }
        for source in sources {
            StyleElementWriter(document, sheet, source)
                .write(moved: moved, raised: keptRules?.raised ?? [], unraised: isInlinable, to: &edits)
        }
        guard edits.insertedBytes > limits.insertedBytes else { return result.edits.append(edits) }
        result.styledElements = 0
        result.isTooComplex = true
    }

    private func writeAttributes(_ result: inout Result, _ edits: inout SourceEdits) {
        let styles = groups.styles
        let changes = styles.map { style in
            style.hasRules || style.importance.contains(true)
                ? StyleAttributeWriter.change(style, source, sheet) : StyleAttributeChange()
        }
        let hasRules = styles.map(\.hasRules)
        let isHidden = styles.map { $0.isHidden(sheet) }
        let outlook = OutlookAttributes(source, sheet)
        for member in groups.members {
            let group = Int(member.group)
            if isHidden[group] { result.hidden.insert(Int(member.node)) }
            let record = document.tree.records[Int(member.node)]
            guard let tag = document.tree.tag(record.tag) else { continue }
            write(changes[group], tag, &edits)
            if outlookAttributes, case let text = outlook.text(styles[group], tag, record.name), !text.isEmpty {
                edits.replace(tag.attributeInsertion..<tag.attributeInsertion, with: text)
            }
            if hasRules[group] { result.styledElements += 1 }
        }
    }

    private func write(_ change: StyleAttributeChange, _ tag: SourceTag, _ edits: inout SourceEdits) {
        let own = tag.index.attribute(.style, of: tag.number)
        if !change.insertions.isEmpty {
            guard own >= 0, let value = tag.index.value(own) else { return }
            for (offset, bytes) in change.insertions {
                edits.replace(value.lowerBound + offset..<value.lowerBound + offset, with: bytes)
            }
            // A value without quotes gets some, and may hold what would end it then.
            guard tag.index.attributes[own].quote == 0 else { return }
            for place in value where document.source[place] == UInt8(ascii: "\"") {
                edits.replace(place..<place + 1, with: Array("&quot;".utf8))
            }
        } else if !change.whole.isEmpty {
            if own >= 0 {
                let attribute = tag.index.attributes[own]
                edits.replace(Int(attribute.start)..<Int(attribute.end), with: Array(change.whole.dropFirst()))
            } else {
                edits.replace(tag.attributeInsertion..<tag.attributeInsertion, with: change.whole)
            }
        }
    }
}
