/// SplitMix64: the same seed draws the same values, so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    /// Text that mixes what headers trip over: blanks in runs, quotes, encoded-word marks, scripts, combining marks, emoji.
    mutating func headerText(maximumPieces: Int = 30) -> String {
        let pieces = [
            " ", "  ", "\t", "a", "Word", "=?", "?=", "=?utf-8?Q?x?=", "\"", "\\", "<", ">", "@", ",", ";", ":", "(", ")", "_", "=",
            "ä", "ß", "é", "e\u{301}", "日本語", "🎉", "👩‍👩‍👧", "\u{2028}", "\u{85}", "\u{200B}", "Привет", String(repeating: "x", count: 120),
        ]
        return (0..<Int.random(in: 0...maximumPieces, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func bytes(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in alphabet.randomElement(using: &self) ?? 0 }
    }
}
