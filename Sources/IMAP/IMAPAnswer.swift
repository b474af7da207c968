/// Reads what servers answer, line by line.
enum IMAPAnswer {
    static func lines(_ answer: [UInt8]) -> [Substring] {
        String(decoding: answer, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    /// The number right behind a mark, which is found in any case.
    static func number(after mark: String, in line: Substring) -> UInt32? {
        let upper = line.uppercased()
        guard let found = upper.range(of: mark.uppercased()) else { return nil }
        return UInt32(upper[found.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }

    /// The numbers of `* SEARCH 10 11`, in order.
    static func found(_ answer: [UInt8]) -> [UInt32] {
        var numbers: Set<UInt32> = []
        for line in lines(answer) where line.uppercased().hasPrefix("* SEARCH") {
            numbers.formUnion(line.split(separator: " ").dropFirst(2).compactMap { UInt32($0) })
        }
        return numbers.subtracting([0]).sorted()
    }

    /// The words of `* CAPABILITY …`, in upper case.
    static func capabilities(_ answer: [UInt8]) -> Set<String> {
        var words: Set<String> = []
        for line in lines(answer) where line.uppercased().hasPrefix("* CAPABILITY") {
            words.formUnion(line.uppercased().split(separator: " ").dropFirst(2).map(String.init))
        }
        return words
    }
}

extension String {
    /// The first place where another text stands.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        guard !other.isEmpty else { return nil }
        return firstRange(of: other)
    }
}
