/// Tells lines that hold nothing but the beginnings and ends of a merge language's blocks: `{{#each items}}`, `{{else}}`, `{{/if}}`,
/// or marks in their place.
enum BlockTags {
    /// Whether a text is such tags and blanks only, and one of them at least.
    static func areAll(of text: [UInt8]) -> Bool {
        var index = 0
        var count = 0
        while index < text.count {
            if text[index] == 0x20 || text[index] == 0x0A {
                index += 1
                continue
            }
            if let mark = PlainText.mark(in: text, at: index), mark.columns == 0 {
                index = mark.end
                count += 1
                continue
            }
            guard index + 3 < text.count, text[index] == UInt8(ascii: "{"), text[index + 1] == UInt8(ascii: "{") else { return false }
            let start = index + 2
            guard let end = closing(in: text, from: start), isBlock(text[start..<end]) else { return false }
            index = end + 2
            count += 1
        }
        return count > 0
    }

    private static func closing(in text: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < text.count {
            if text[index] == UInt8(ascii: "}"), text[index + 1] == UInt8(ascii: "}") { return index }
            index += 1
        }
        return nil
    }

    private static func isBlock(_ inside: ArraySlice<UInt8>) -> Bool {
        let inside = inside.drop { $0 == 0x20 }
        guard let first = inside.first else { return false }
        return "#/^".utf8.contains(first) || inside.starts(with: "else".utf8) || inside.starts(with: "end".utf8)
    }
}
