/// Takes out of a `style` element what has moved into attributes.
struct StyleElementWriter {
    private let source: [UInt8]
    private let style: StyleSource
    private let number: Int

    init(source: [UInt8], style: StyleSource, number: Int) {
        self.source = source
        self.style = style
        self.number = number
    }

    /// Makes the changes.
    ///
    /// - Parameters:
    ///   - moved: for each rule, which of its selectors are no longer needed
    ///   - raised: declarations that become important
    func write(moved: [Int: Set<Int>], raised: Set<KeptRules.Place>, to edits: inout SourceEdits) {
        let rules = style.sheet.rules
        let isEmptied = !rules.isEmpty && !style.sheet.hasAtRules && rules.indices.allSatisfy { isMoved($0, moved) }
        if isEmptied, let tag = style.element.tag {
            return edits.remove(
                tag.range.lowerBound..<max(tag.range.upperBound, style.element.endTag?.upperBound ?? style.content.upperBound)
            )
        }
        for index in rules.indices {
            if isMoved(index, moved) {
                edits.remove(withBlanksBefore(rules[index].range))
                continue
            }
            if let places = moved[index], !places.isEmpty { keepSelectors(of: rules[index], without: places, &edits) }
            for (place, declaration) in rules[index].declarations.enumerated()
            where raised.contains(KeptRules.Place(source: number, rule: index, declaration: place)) {
                edits.replace(declaration.range.upperBound..<declaration.range.upperBound, with: Array(" !important".utf8))
            }
        }
    }

    private func isMoved(_ rule: Int, _ moved: [Int: Set<Int>]) -> Bool {
        moved[rule]?.count == style.sheet.rules[rule].selectors.count
    }

    private func keepSelectors(of rule: CSSStylesheet.Rule, without places: Set<Int>, _ edits: inout SourceEdits) {
        let kept = rule.selectors.enumerated().filter { !places.contains($0.offset) }
            .map { String(decoding: source[$0.element.range], as: UTF8.self) }
        edits.replace(rule.prelude, with: Array(kept.joined(separator: ", ").utf8))
    }

    private func withBlanksBefore(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start > style.content.lowerBound, CSSTokenizer.isBlank(source[start - 1]) { start -= 1 }
        return start..<range.upperBound
    }
}
