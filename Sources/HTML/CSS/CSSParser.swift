/// Parses style sheets and declaration lists (CSS Syntax Level 3, section 5).
///
/// Invalid CSS is passed over as a browser does, and reported.
package struct CSSParser {
    private let source: [UInt8]
    private var tokenizer: CSSTokenizer
    private var token: CSSToken
    private var endOfPrevious = 0
    private var sheet = CSSStylesheet()

    private init(_ source: [UInt8], in range: Range<Int>) {
        self.source = source
        self.tokenizer = CSSTokenizer(source, in: range)
        self.token = tokenizer.next()
    }

    /// The style sheet in a range of the source.
    package static func stylesheet(_ source: [UInt8], in range: Range<Int>) -> CSSStylesheet {
        var parser = CSSParser(source, in: range)
        parser.rules(isNested: false, isConditional: false, depth: 0)
        return parser.sheet
    }

    /// The declarations of a `style` attribute.
    package static func declarations(_ text: [UInt8]) -> (declarations: [CSSDeclaration], problems: [CSSProblem]) {
        var parser = CSSParser(text, in: 0..<text.count)
        let (declarations, _) = parser.declarations(isBlock: false)
        return (declarations, parser.sheet.problems)
    }

    private mutating func advance() {
        endOfPrevious = token.range.upperBound
        token = tokenizer.next()
    }

    private mutating func skipBlanks() {
        while token.isBlank { advance() }
    }

    private mutating func report(_ message: String, at offset: Int) {
        // What a hostile source could say of itself without end is cut off.
        if sheet.problems.count < 100 { sheet.problems.append(CSSProblem(message: message, offset: offset)) }
    }

    private mutating func rules(isNested: Bool, isConditional: Bool, depth: Int) {
        while true {
            skipBlanks()
            switch token.kind {
            case .end: return
            case .close(UInt8(ascii: "}")) where isNested: return
            case .cdo, .cdc: advance()
            case .atKeyword: atRule(depth)
            default: rule(isNested: isNested, isConditional: isConditional)
            }
        }
    }

    private static let conditional: Set<String> = ["@media", "@supports", "@layer", "@container", "@document", "@-moz-document"]

    private mutating func atRule(_ depth: Int) {
        sheet.hasAtRules = true
        let name = lowered(token.range)
        advance()
        while true {
            switch token.kind {
            case .end: return
            case .semicolon: return advance()
            case .close(UInt8(ascii: "}")): return
            case .open(UInt8(ascii: "{")):
                guard Self.conditional.contains(name), depth < 8 else { return skipComponent() }
                advance()
                rules(isNested: true, isConditional: true, depth: depth + 1)
                if token.kind == .close(UInt8(ascii: "}")) { advance() }
                return
            default: skipComponent()
            }
        }
    }

    private mutating func rule(isNested: Bool, isConditional: Bool) {
        let start = token.range.lowerBound
        var commas: [Int] = []
        var last = start
        while token.kind != .open(UInt8(ascii: "{")) {
            if token.kind == .end { return report("a rule without a block", at: start) }
            if isNested, token.kind == .close(UInt8(ascii: "}")) { return report("a rule without a block", at: start) }
            if token.kind == .comma { commas.append(token.range.lowerBound) }
            let isBlank = token.isBlank
            skipComponent()
            if !isBlank { last = endOfPrevious }
        }
        let prelude = start..<last
        advance()
        let (declarations, isPlain) = declarations(isBlock: true)
        let end = token.kind == .end ? tokenizer.position : token.range.upperBound
        if token.kind == .close(UInt8(ascii: "}")) { advance() } else { report("a block is not closed", at: start) }
        let selectors = selectors(prelude, commas)
        sheet.rules.append(
            CSSStylesheet.Rule(
                range: start..<end,
                prelude: prelude,
                selectors: selectors,
                declarations: declarations,
                isPlain: isPlain,
                isConditional: isConditional
            )
        )
    }

    private mutating func selectors(_ prelude: Range<Int>, _ commas: [Int]) -> [CSSStylesheet.SelectorText] {
        var texts: [CSSStylesheet.SelectorText] = []
        var start = prelude.lowerBound
        for end in commas + [prelude.upperBound] where end <= prelude.upperBound {
            let range = trimmed(start..<max(start, end))
            let result = SelectorParser.parse(source, in: range)
            if case .invalid = result { report("not a selector: \(string(range).prefix(60))", at: range.lowerBound) }
            texts.append(CSSStylesheet.SelectorText(range: range, result: result))
            start = end + 1
        }
        return texts
    }

    /// The declarations up to the end of the block; the closing brace is left.
    ///
    /// Also, whether nothing else was among them.
    private mutating func declarations(isBlock: Bool) -> ([CSSDeclaration], Bool) {
        var declarations: [CSSDeclaration] = []
        var isPlain = true
        while true {
            skipBlanks()
            switch token.kind {
            case .end: return (declarations, isPlain)
            case .close(UInt8(ascii: "}")) where isBlock: return (declarations, isPlain)
            case .semicolon: advance()
            case .atKeyword:
                isPlain = false
                atRule(8)
            case .identifier:
                if let declaration = declaration(isBlock) { declarations.append(declaration) }
            default:
                report("not a declaration", at: token.range.lowerBound)
                skipDeclaration(isBlock, &isPlain)
            }
        }
    }

    private mutating func skipDeclaration(_ isBlock: Bool, _ isPlain: inout Bool) {
        while token.kind != .semicolon, token.kind != .end {
            if isBlock, token.kind == .close(UInt8(ascii: "}")) { return }
            // A nested rule: it ends with its block.
            if token.kind == .open(UInt8(ascii: "{")) {
                isPlain = false
                return skipComponent()
            }
            skipComponent()
        }
    }

    private mutating func declaration(_ isBlock: Bool) -> CSSDeclaration? {
        let nameRange = token.range
        advance()
        skipBlanks()
        guard token.kind == .colon else {
            var isPlain = true
            report("a declaration without a colon", at: nameRange.lowerBound)
            skipDeclaration(isBlock, &isPlain)
            return nil
        }
        advance()
        var value = ValueRange(start: token.range.upperBound)
        while token.kind != .semicolon, token.kind != .end {
            if isBlock, token.kind == .close(UInt8(ascii: "}")) { break }
            if token.isBlank {
                advance()
                continue
            }
            value.add(token, source)
            skipComponent()
            value.end(at: endOfPrevious)
        }
        guard value.isValid, !value.range.isEmpty else {
            report("a declaration that is no value: \(string(nameRange))", at: nameRange.lowerBound)
            return nil
        }
        let name = string(nameRange)
        return CSSDeclaration(
            name: name.hasPrefix("--") ? name : lowered(nameRange),
            value: string(trimmed(value.range)),
            isImportant: value.isImportant,
            range: nameRange.lowerBound..<max(value.whole, nameRange.upperBound)
        )
    }

    /// Passes over a token, with everything up to its partner if it opens something.
    ///
    /// Not recursive: the depth is the author's choice.
    private mutating func skipComponent() {
        var open: [UInt8] = []
        repeat {
            switch token.kind {
            case .end: return
            case .function: open.append(UInt8(ascii: ")"))
            case .open(UInt8(ascii: "(")): open.append(UInt8(ascii: ")"))
            case .open(UInt8(ascii: "[")): open.append(UInt8(ascii: "]"))
            case .open: open.append(UInt8(ascii: "}"))
            case .close(let byte): if open.last == byte { open.removeLast() }
            default: break
            }
            advance()
        } while !open.isEmpty
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, CSSTokenizer.isBlank(source[first]) { range = range.dropFirst() }
        while let last = range.last, CSSTokenizer.isBlank(source[last]) { range = range.dropLast() }
        return range
    }

    private func string(_ range: Range<Int>) -> String {
        String(decoding: source[range], as: UTF8.self)
    }

    private func lowered(_ range: Range<Int>) -> String {
        String(decoding: source[range].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
