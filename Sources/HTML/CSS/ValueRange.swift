/// Follows the components of a declaration's value and tells a closing `!important` from the rest.
struct ValueRange {
    private var start: Int
    private var isEmpty = true
    private var contentEnd: Int
    private var bang: Int?

    /// Whether it ends with `!important`.
    private(set) var isImportant = false
    private var isBroken = false

    /// A value that begins there.
    init(start: Int) {
        self.start = start
        self.contentEnd = start
    }

    /// The value without `!important`.
    var range: Range<Int> { isEmpty ? start..<start : start..<(isImportant ? bang ?? contentEnd : contentEnd) }

    /// Whether nothing stands in it that makes the declaration invalid.
    var isValid: Bool { !isEmpty && !isBroken && (bang == nil || isImportant) }

    /// Where the value ends, `!important` included.
    var whole: Int { contentEnd }

    /// Takes notice of a component's first token.
    mutating func add(_ token: CSSToken, _ source: SourceBytes) {
        if isEmpty {
            isEmpty = false
            start = token.range.lowerBound
        }
        switch token.kind {
        case .delimiter(UInt8(ascii: "!")) where bang == nil: bang = token.range.lowerBound
        case .identifier where bang != nil && !isImportant:
            isImportant = source.isWord(token.range, "important")
            if !isImportant { isBroken = true }
        case .badString, .badURL, .close, .open(UInt8(ascii: "{")): isBroken = true
        default: if bang != nil { isBroken = true }
        }
    }

    /// Takes notice of the place behind a component.
    mutating func end(at offset: Int) {
        contentEnd = offset
    }
}
