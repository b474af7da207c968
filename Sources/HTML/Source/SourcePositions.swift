/// Turns byte offsets of a source into lines and columns for people.
package struct SourcePositions: Sendable {
    private static let step = 1_024

    private let source: [UInt8]
    private let lineStarts: [Int]
    /// How many characters (Unicode scalars) come before every 1,024th byte.
    private let characters: [Int]

    /// Prepares a source.
    package init(_ source: [UInt8]) {
        var lineStarts = [0]
        var characters: [Int] = []
        var count = 0
        for (offset, byte) in source.enumerated() {
            if offset % Self.step == 0 { characters.append(count) }
            if byte & 0xC0 != 0x80 { count += 1 }
            if byte == 0x0A { lineStarts.append(offset + 1) }
        }
        characters.append(count)
        self.source = source
        self.lineStarts = lineStarts
        self.characters = characters
    }

    /// Line and column of an offset, both counted from 1.
    package func position(at offset: Int) -> (line: Int, column: Int) {
        let offset = min(max(offset, 0), source.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, count(before: offset) - count(before: lineStarts[low]) + 1)
    }

    private func count(before offset: Int) -> Int {
        let start = offset / Self.step
        guard start < characters.count else { return characters.last ?? 0 }
        return source[start * Self.step..<offset].reduce(characters[start]) { $1 & 0xC0 != 0x80 ? $0 + 1 : $0 }
    }
}
