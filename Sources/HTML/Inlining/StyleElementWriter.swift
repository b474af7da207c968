/// Takes out of a `style` element what has moved into attributes.
struct StyleElementWriter {
    private let document: HTMLDocument
    private let sheet: CSSStylesheet
    private let style: StyleSource

    init(_ document: HTMLDocument, _ sheet: CSSStylesheet, _ style: StyleSource) {
        self.document = document
        self.sheet = sheet
        self.style = style
    }

    /// Makes the changes.
    ///
    /// - Parameters:
    ///   - moved: for each selector of the document, whether it is no longer needed
    ///   - raised: declarations that become important
    func write(moved: [Bool], raised: Set<Int>, to edits: inout SourceEdits) {
        let isEmptied = !style.rules.isEmpty && !style.hasAtRules && style.rules.allSatisfy { isMoved($0, moved) }
        if isEmptied {
            let end = document.nodes[style.node].element?.endTag?.upperBound ?? style.content.upperBound
            return edits.remove(style.tag.range.lowerBound..<max(style.tag.range.upperBound, end))
        }
        for number in style.rules {
            let rule = sheet.rules[number]
            if isMoved(number, moved) {
                edits.remove(withBlanksBefore(rule.range))
                continue
            }
            if rule.selectors.contains(where: { moved[$0] }) { keepSelectors(of: rule, moved, &edits) }
            for place in rule.declarations where raised.contains(place) {
                let end = sheet.declarations[place].range.upperBound
                edits.replace(end..<end, with: Array(" !important".utf8))
            }
        }
    }

    private func isMoved(_ rule: Int, _ moved: [Bool]) -> Bool {
        sheet.rules[rule].selectors.allSatisfy { moved[$0] }
    }

    private func keepSelectors(of rule: CSSStylesheet.Rule, _ moved: [Bool], _ edits: inout SourceEdits) {
        var kept: [UInt8] = []
        for place in rule.selectors where !moved[place] {
            if !kept.isEmpty { kept.append(contentsOf: ", ".utf8) }
            kept.append(contentsOf: document.source[sheet.selectors[place].range])
        }
        edits.replace(rule.prelude, with: kept)
    }

    private func withBlanksBefore(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start > style.content.lowerBound, SourceBytes.isBlank(document.source[start - 1]) { start -= 1 }
        return start..<range.upperBound
    }
}
