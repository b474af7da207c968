/// Finds merge tags in text.
package enum MergeScanner {
    /// Something between double braces.
    package struct Occurrence: Sendable, Equatable {
        /// From the first to behind the last brace, as offsets of the bytes; with the blanks that `~` takes along.
        package let range: Range<Int>
        package let content: MergeContent

        /// The value that is meant, if it is one.
        package var tag: MergeTag? {
            if case .value(let tag) = content { tag } else { nil }
        }
    }

    /// Longer than that, what is between the braces is no tag (bytes).
    private static let longestTag = 1_000

    /// Every occurrence, in order.
    ///
    /// Braces that nothing closes are one, too: most likely somebody forgot to.
    /// - Parameter decode: turns what is between the braces into text, for sources with character references.
    package static func scan(
        _ bytes: [UInt8],
        decode: (ArraySlice<UInt8>) -> String = { String(decoding: $0, as: UTF8.self) }
    ) -> [Occurrence] {
        var found: [Occurrence] = []
        var index = 0
        while let start = pair(UInt8(ascii: "{"), in: bytes, from: index, to: bytes.count) {
            if start > index, bytes[start - 1] == UInt8(ascii: "\\") {
                found.append(Occurrence(range: start - 1..<start + 2, content: .escape))
                index = start + 2
                continue
            }
            let limit = min(start + longestTag, bytes.count)
            let close = pair(UInt8(ascii: "}"), in: bytes, from: start + 2, to: limit)
            let next = pair(UInt8(ascii: "{"), in: bytes, from: start + 3, to: close ?? limit)
            guard let close, next == nil else {
                found.append(Occurrence(range: start..<start + 2, content: .unknown))
                index = start + 2
                continue
            }
            var end = close + 2
            // Three braces are another language's way to ask for an unescaped value.
            if end < bytes.count, bytes[end] == UInt8(ascii: "}"), bytes[start + 2] == UInt8(ascii: "{") { end += 1 }
            found.append(occurrence(start..<end, inside: start + 2..<close, bytes, from: index, decode))
            index = found.last?.range.upperBound ?? end
        }
        return found
    }

    /// - Parameter from: where the occurrence before it ends.
    private static func occurrence(
        _ range: Range<Int>,
        inside: Range<Int>,
        _ bytes: [UInt8],
        from: Int,
        _ decode: (ArraySlice<UInt8>) -> String
    ) -> Occurrence {
        var (start, end) = (range.lowerBound, range.upperBound)
        var inside = inside
        if let first = bytes[inside].first, first == UInt8(ascii: "~") {
            inside = inside.lowerBound + 1..<inside.upperBound
            while start > from, isBlank(bytes[start - 1]) { start -= 1 }
        }
        if let last = bytes[inside].last, last == UInt8(ascii: "~") {
            inside = inside.lowerBound..<inside.upperBound - 1
            while end < bytes.count, isBlank(bytes[end]) { end += 1 }
        }
        return Occurrence(range: start..<end, content: MergeContent(decode(bytes[inside])[...]))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func pair(_ byte: UInt8, in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        var index = start
        while index + 1 < end {
            if bytes[index] == byte, bytes[index + 1] == byte { return index }
            index += 1
        }
        return nil
    }

    /// The places of merge markers of a widespread other product (`*|NAME|*`).
    package static func foreignMarkers(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "|") else {
                index += 1
                continue
            }
            let start = index
            index += 2
            while index + 1 < bytes.count, bytes[index] != UInt8(ascii: "|"), bytes[index] != UInt8(ascii: "*") { index += 1 }
            if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "|"), bytes[index + 1] == UInt8(ascii: "*"), index - start < 200 {
                index += 2
                found.append(start..<index)
            }
        }
        return found
    }
}
