/// Characters that are not seen and change what is.
enum HiddenCharacters {
    /// Whether a character is nothing but controls without width, or of the writing direction.
    static func isHidden(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { isDirection($0) || isWidthless($0) }
    }

    /// What a text holds of them, in words; nil when it holds none.
    ///
    /// The joiners that scripts such as Persian and emoji need stay unmentioned where they stand between such characters.
    static func description(in text: String) -> String? {
        var before: Unicode.Scalar?
        var hasWidthless = false
        for scalar in text.unicodeScalars {
            if isDirection(scalar) { return "a control of the writing direction" }
            if isWidthless(scalar) {
                let isJoiner = scalar.value == 0x200C || scalar.value == 0x200D
                if !isJoiner || before.map({ $0.value < 0x300 }) ?? true { hasWidthless = true }
            }
            before = scalar
        }
        return hasWidthless ? "characters without width" : nil
    }

    /// Embeddings, overrides and isolates; the marks that only stand beside a word are harmless.
    private static func isDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    private static func isWidthless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x180E, 0x200B...0x200D, 0x2060...0x2064, 0xFEFF, 0xE0000...0xE007F: true
        default: false
        }
    }
}
