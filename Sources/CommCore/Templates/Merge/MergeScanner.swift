/// Finds merge tags in text.
package enum MergeScanner {
    /// Something between double braces.
    package struct Occurrence: Sendable, Equatable {
        /// From the first to behind the last brace, as offsets of the bytes.
        package let range: Range<Int>
        /// Nil when it is not of this language.
        package let tag: MergeTag?
    }

    /// Longer than that, what is between the braces is no tag (bytes).
    private static let longestTag = 1_000

    /// Every occurrence, in order.
    ///
    /// Braces that nothing closes are one, too: most likely somebody forgot to.
    package static func scan(_ bytes: [UInt8]) -> [Occurrence] {
        var found: [Occurrence] = []
        var index = 0
        while let start = pair(UInt8(ascii: "{"), in: bytes, from: index, to: bytes.count) {
            let limit = min(start + longestTag, bytes.count)
            let close = pair(UInt8(ascii: "}"), in: bytes, from: start + 2, to: limit)
            let next = pair(UInt8(ascii: "{"), in: bytes, from: start + 3, to: close ?? limit)
            guard let close, next == nil else {
                found.append(Occurrence(range: start..<start + 2, tag: nil))
                index = start + 2
                continue
            }
            var end = close + 2
            // Three braces are another language's way to ask for an unescaped value.
            if end < bytes.count, bytes[end] == UInt8(ascii: "}"), bytes[start + 2] == UInt8(ascii: "{") { end += 1 }
            let content = String(decoding: bytes[start + 2..<close], as: UTF8.self)
            found.append(Occurrence(range: start..<end, tag: MergeTag(content)))
            index = end
        }
        return found
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
