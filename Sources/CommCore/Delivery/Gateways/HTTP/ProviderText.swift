import FoundationEssentials

/// Text that a provider wrote, fit for the delivery log: short, one line, without anybody's address.
enum ProviderText {
    private static let longest = 300

    static func clean(_ text: String) -> String {
        let words = text.split { $0.isWhitespace || $0.isNewline || $0 == "\0" }.map { word in
            word.contains("@") ? Substring("<address>") : word
        }
        return String(words.joined(separator: " ").prefix(longest))
    }

    /// A text, JSON for example, in which every mail address has given way to `<address>`.
    static func withoutAddresses(_ text: String) -> String {
        let delimiters = Set(" \t\r\n\"'<>()[]{},;:=\\/|".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var word: [UInt8] = []
        func endWord() {
            output += word.contains(UInt8(ascii: "@")) && word.count > 1 ? Array("<address>".utf8) : word
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
