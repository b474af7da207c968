/// How many columns text takes in a fixed-width font.
package struct DisplayWidth {
    private var joins = false
    private var pictographBefore = false
    private var indicatorBefore = false
    private var columnsBefore = 0

    /// Measures scalars that follow each other.
    package init() {}

    /// Columns of a text.
    package static func of(_ text: some StringProtocol) -> Int {
        var width = DisplayWidth()
        return text.unicodeScalars.reduce(0) { $0 + width.add($1) }
    }

    /// Columns that a further scalar adds.
    ///
    /// What belongs to the character before adds none: combining marks, skin tones, what follows a joiner, the second half of a flag.
    package mutating func add(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 {
            joins = false
            pictographBefore = false
            indicatorBefore = false
            columnsBefore = value < 0x20 || value == 0x7F || value == 0xAD ? 0 : 1
            return columnsBefore
        }
        return addBeyondLatin(scalar)
    }

    private mutating func addBeyondLatin(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x200D:
            joins = true
            return 0
        // As a picture, please: what was narrow becomes wide.
        case 0xFE0F:
            defer { columnsBefore = 2 }
            return columnsBefore == 1 ? 1 : 0
        case 0x1F3FB...0x1F3FF where pictographBefore: return 0
        case 0x1F1E6...0x1F1FF:
            indicatorBefore.toggle()
            joins = false
            return indicatorBefore ? 2 : 0
        default: break
        }
        indicatorBefore = false
        let columns = Self.columns(scalar)
        if columns == 0 { return 0 }
        let isPictograph = columns == 2 && !Self.isWide(scalar.value) || (0x2190...0x2BFF).contains(scalar.value)
        defer {
            joins = false
            pictographBefore = isPictograph
        }
        if joins, pictographBefore { return 0 }
        columnsBefore = columns
        return columns
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if isWide(scalar.value) { return 2 }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// East Asian Wide and Fullwidth (UAX #11), by block.
    static func isWide(_ value: UInt32) -> Bool {
        switch value {
        // Tone marks above a syllable of their own.
        case 0x302A...0x302D, 0x3099...0x309A: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97C,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
