/// Words of an answer: alternatives by `|`, `*` for any text in between; case does not matter.
///
/// Not a regular expression, so no pattern takes longer than a walk through the text.
package struct ReplyPattern: Sendable, Equatable {
    package let text: String
    private let alternatives: [[[UInt8]]]

    /// nil when an alternative has no words.
    package init?(_ text: String) {
        self.text = text
        alternatives = text.lowercased().split(separator: "|", omittingEmptySubsequences: false).map { alternative in
            alternative.split(separator: "*").map { Array($0.utf8) }.filter { !$0.isEmpty }
        }
        guard !alternatives.isEmpty, alternatives.allSatisfy({ !$0.isEmpty }) else { return nil }
    }

    package func matches(_ answer: String) -> Bool {
        let bytes = Array(answer.lowercased().utf8)
        return alternatives.contains { words in
            var start = bytes.startIndex
            return words.allSatisfy { word in
                guard let found = Self.find(word, in: bytes, from: start) else { return false }
                start = found + word.count
                return true
            }
        }
    }

    private static func find(_ word: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= word.count else { return nil }
        return (start...(bytes.count - word.count)).first { bytes[$0] == word[0] && bytes[$0..<($0 + word.count)].elementsEqual(word) }
    }
}
