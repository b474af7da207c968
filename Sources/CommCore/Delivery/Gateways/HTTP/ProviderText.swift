import FoundationEssentials

/// Text that a provider wrote, fit for the delivery log: short, one line, without anybody's address.
enum ProviderText {
    private static let longest = 300

    static func clean(_ text: String) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline || $0 == "\0" }.map { word in
            word.contains("@") || isNumber(word.utf8) ? Substring("<address>") : word
        }
        return String(words.joined(separator: " ").prefix(longest))
    }

    /// Whether a word holds a telephone number: `+` and seven digits or more.
    private static func isNumber(_ word: some Sequence<UInt8>) -> Bool {
        var digits: Int?
        for byte in word {
            switch byte {
            case UInt8(ascii: "+"): digits = 0
            case 0x30...0x39: digits = digits.map { $0 + 1 }
            default: digits = nil
            }
            if digits == 7 { return true }
        }
        return false
    }

    /// A text, JSON for example, in which every mail address and every number has given way to `<address>`.
    static func withoutAddresses(_ text: String) -> String {
        let delimiters = Set(" \t\r\n\"'<>()[]{},;:=\\/|".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var word: [UInt8] = []
        func endWord() {
            let isAddress = word.contains(UInt8(ascii: "@")) && word.count > 1 || isNumber(word)
            output += isAddress ? Array("<address>".utf8) : word
            word = []
        }
        for byte in text.utf8 {
            if delimiters.contains(byte) {
                endWord()
                output.append(byte)
            } else {
                word.append(byte)
            }
        }
        endWord()
        return String(decoding: output, as: UTF8.self)
    }
}
