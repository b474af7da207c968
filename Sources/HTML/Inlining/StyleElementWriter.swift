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
    ///   - unraised: for each selector, whether it holds without them: it was moved too, and stays for elements without a tag only
    func write(moved: [Bool], raised: Set<Int>, unraised: [Bool], to edits: inout SourceEdits) {
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
            let isRaised = rule.declarations.contains(where: raised.contains)
            let plain = isRaised ? rule.selectors.filter { !moved[$0] && unraised[$0] } : []
            let others = rule.selectors.filter { !moved[$0] && !plain.contains($0) }
            if plain.count + others.count < rule.selectors.count || !plain.isEmpty {
                edits.replace(rule.prelude, with: (plain.isEmpty ? [] : copy(of: rule, for: plain)) + text(of: others))
            }
            for place in rule.declarations where raised.contains(place) {
                let end = sheet.declarations[place].range.upperBound
                edits.replace(end..<end, with: Array(" !important".utf8))
            }
        }
    }

    private func isMoved(_ rule: Int, _ moved: [Bool]) -> Bool {
        sheet.rules[rule].selectors.allSatisfy { moved[$0] }
    }

    private func text(of selectors: [Int]) -> [UInt8] {
        var text: [UInt8] = []
        for place in selectors {
            if !text.isEmpty { text.append(contentsOf: ", ".utf8) }
            text.append(contentsOf: document.source[sheet.selectors[place].range])
        }
        return text
    }

    /// The rule once more, for some of its selectors and with its declarations as they were.
    private func copy(of rule: CSSStylesheet.Rule, for selectors: [Int]) -> [UInt8] {
        var copy = text(of: selectors)
        copy.append(UInt8(ascii: "{"))
        for place in rule.declarations where !sheet.declarations[place].isRefused {
            copy.append(contentsOf: document.source[sheet.declarations[place].range])
            copy.append(UInt8(ascii: ";"))
        }
        copy.append(UInt8(ascii: "}"))
        return copy
    }

    private func withBlanksBefore(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start > style.content.lowerBound, SourceBytes.isBlank(document.source[start - 1]) { start -= 1 }
        return start..<range.upperBound
    }
}
