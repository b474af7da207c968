/// Changes inputs at random, as a fuzzer does that cannot see into the program.
struct Mutator {
    /// What hand-written mistakes and attacks are made of.
    private static let words = [
        "<", ">", "</", "\"", "'", "=", "&", "&#60;", "<!--", "-->", "<![endif]-->", "<!--[if mso]>", "<style>", "</style>", "<script>",
        "</script>",
        "<table>", "<tr>", "<td>", "</p>", "<p>", "<a href=", " style=\"", " onclick=", "<svg>", "<math>", "<template>", "<title>",
        "<textarea>",
        "<plaintext>", "<select>", "<form>", "<b>", "<i>", "</b>", "{", "}", ";", ":", "!important", "@media ", "/*", "*/", "(", ")", "[",
        "]", ",", "\\",
        ":hover", "::before", ":not(", "url(", "{{", "}}", "{{name}}", "{{city|x}}", "{{unsubscribe_url}}", "{{#if city}}", "{{else}}",
        "{{/if}}",
        "{{#each tags}}", "{{/each}}", "|", "*|X|*", "javascript:", "https://e.test/", "\u{0}", "\u{200F}", "\u{FEFF}", "é", "字", "😀", "\n",
        "\t", " ",
    ]

    private var generator: SplitMix

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
    }

    /// One of the inputs with a few changes.
    mutating func input(from corpus: [[UInt8]]) -> [UInt8] {
        var bytes = corpus[generator.below(corpus.count)]
        for _ in 0...generator.below(6) {
            let start = generator.below(bytes.count + 1)
            let end = min(bytes.count, start + generator.below(40))
            switch generator.below(6) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: generator.below(bytes.count + 1))
            case 2:
                let other = corpus[generator.below(corpus.count)]
                let from = generator.below(other.count + 1)
                bytes.insert(contentsOf: other[from..<min(other.count, from + generator.below(80))], at: start)
            case 3: if start < bytes.count { bytes[start] ^= UInt8(1 << generator.below(8)) }
            default: bytes.insert(contentsOf: Self.words[generator.below(Self.words.count)].utf8, at: start)
            }
        }
        return bytes
    }
}

/// Numbers that a seed determines.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
