/// Parses style sheets and declaration lists (CSS Syntax Level 3, section 5).
///
/// Invalid CSS is passed over as a browser does, and reported.
package struct CSSParser {
    private let source: SourceBytes
    private var tokenizer: CSSTokenizer
    private var token: CSSToken
    private var endOfPrevious = 0
    private var sheet: CSSStylesheet
    private var commas: [Int] = []
    /// How many `@layer` are open.
    private var layers = 0

    private init(_ source: SourceBytes, in range: Range<Int>, _ sheet: CSSStylesheet) {
        self.source = source
        self.sheet = sheet
        self.tokenizer = CSSTokenizer(source, in: range)
        self.token = tokenizer.next()
    }

    /// Adds the style sheet in a range of the source to others.
    static func parse(_ source: SourceBytes, in range: Range<Int>, into sheet: inout CSSStylesheet) {
        var parser = CSSParser(source, in: range, sheet)
        // The sheet has one owner while it grows.
        sheet = CSSStylesheet.empty
        parser.rules(isNested: false, isConditional: false, depth: 0)
        sheet = parser.sheet
    }

    /// Adds the declarations of a `style` attribute to those of a style sheet, and tells where among them they are.
    static func parseDeclarations(_ source: SourceBytes, in range: Range<Int>, into sheet: inout CSSStylesheet) -> Range<Int> {
        let start = sheet.declarations.count
        var parser = CSSParser(source, in: range, sheet)
        sheet = CSSStylesheet.empty
        _ = parser.declarations(isBlock: false)
        sheet = parser.sheet
        return start..<sheet.declarations.count
    }

    /// The declarations of a `style` attribute.
    package static func declarations(_ text: [UInt8]) -> (declarations: [CSSDeclaration], problems: [CSSProblem]) {
        SourceBytes.with(text) { source in
            var sheet = CSSStylesheet.empty
            _ = parseDeclarations(source, in: 0..<source.count, into: &sheet)
            return (sheet.declarations.map { $0.declaration(source) }, sheet.problems)
        }
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

    /// Whether rules stand in the block of an at-rule.
    private static func isConditional(_ source: SourceBytes, _ name: Range<Int>) -> Bool {
        source.isWord(name, "@media") || source.isWord(name, "@supports") || source.isWord(name, "@layer")
            || source.isWord(name, "@container") || source.isWord(name, "@document") || source.isWord(name, "@-moz-document")
    }

    private mutating func atRule(_ depth: Int) {
        sheet.hasAtRules = true
        let isConditional = Self.isConditional(source, token.range)
        let isLayer = source.isWord(token.range, "@layer")
        advance()
        while true {
            switch token.kind {
            case .end: return
            case .semicolon: return advance()
            case .close(UInt8(ascii: "}")): return
            case .open(UInt8(ascii: "{")):
                guard isConditional, depth < 8 else { return skipComponent() }
                advance()
                if isLayer { layers += 1 }
                rules(isNested: true, isConditional: true, depth: depth + 1)
                if isLayer { layers -= 1 }
                if token.kind == .close(UInt8(ascii: "}")) { advance() }
                return
            default: skipComponent()
            }
        }
    }

    private mutating func rule(isNested: Bool, isConditional: Bool) {
        let start = token.range.lowerBound
        commas.removeAll(keepingCapacity: true)
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
        let first = sheet.declarations.count
        let isPlain = declarations(isBlock: true)
        let end = token.kind == .end ? tokenizer.position : token.range.upperBound
        if token.kind == .close(UInt8(ascii: "}")) { advance() } else { report("a block is not closed", at: start) }
        let selectors = selectors(prelude)
        sheet.rules.append(
            CSSStylesheet.Rule(
                range: start..<end,
                prelude: prelude,
                selectors: selectors,
                declarations: first..<sheet.declarations.count,
                isPlain: isPlain,
                isConditional: isConditional,
                isLayered: layers > 0
            )
        )
    }

    private mutating func selectors(_ prelude: Range<Int>) -> Range<Int> {
        let first = sheet.selectors.count
        var start = prelude.lowerBound
        commas.append(prelude.upperBound)
        for end in commas where end <= prelude.upperBound {
            let range = trimmed(start..<max(start, end))
            let result = SelectorParser.parse(source, in: range, into: &sheet.tests)
            if case .invalid = result { report("not a selector: \(source.string(range).prefix(60))", at: range.lowerBound) }
            sheet.selectors.append(CSSStylesheet.SelectorText(range: range, result: result))
            start = end + 1
        }
        return first..<sheet.selectors.count
    }

    /// Adds the declarations up to the end of the block; the closing brace is left.
    ///
    /// Tells whether nothing else was among them.
    private mutating func declarations(isBlock: Bool) -> Bool {
        var isPlain = true
        while true {
            skipBlanks()
            switch token.kind {
            case .end: return isPlain
            case .close(UInt8(ascii: "}")) where isBlock: return isPlain
            case .semicolon: advance()
            case .atKeyword:
                isPlain = false
                atRule(8)
            case .identifier:
                declaration(isBlock)
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

    private mutating func declaration(_ isBlock: Bool) {
        let nameRange = token.range
        advance()
        skipBlanks()
        guard token.kind == .colon else {
            var isPlain = true
            report("a declaration without a colon", at: nameRange.lowerBound)
            skipDeclaration(isBlock, &isPlain)
            return
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
            report("a declaration that is no value: \(source.string(nameRange))", at: nameRange.lowerBound)
            return
        }
        let text = trimmed(value.range)
        var record = DeclarationRecord(
            start: Int32(nameRange.lowerBound),
            nameEnd: Int32(nameRange.upperBound),
            valueStart: Int32(text.lowerBound),
            valueEnd: Int32(text.upperBound),
            end: Int32(max(value.whole, nameRange.upperBound)),
            isImportant: value.isImportant
        )
        record.complete(source, &sheet.properties)
        sheet.declarations.append(record)
    }

    /// Passes over a token, with everything up to its partner if it opens something.
    ///
    /// Not recursive: the depth is the author's choice.
    private mutating func skipComponent() {
        guard token.kind.partner != nil else { return advance() }
        var open: [UInt8] = []
        repeat {
            switch token.kind {
            case .end: return
            case .close(let byte): if open.last == byte { open.removeLast() }
            default: if let partner = token.kind.partner { open.append(partner) }
            }
            advance()
        } while !open.isEmpty
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, SourceBytes.isBlank(source[start]) { start += 1 }
        while end > start, SourceBytes.isBlank(source[end - 1]) { end -= 1 }
        return start..<end
    }
}
