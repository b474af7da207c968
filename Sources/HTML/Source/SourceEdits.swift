/// Changes to a source as *put this in place of those bytes*; everything else is copied byte for byte.
package struct SourceEdits: Sendable {
    /// What is put in: bytes, or the place of something that the caller knows by number.
    package enum Piece: Sendable, Equatable {
        case bytes([UInt8])
        case marker(Int)
    }

    private struct Edit {
        let range: Range<Int>
        let content: Content
    }

    private enum Content {
        case bytes([UInt8])
        case pieces([Piece])
    }

    private var edits: [Edit] = []

    /// No changes.
    package init() {}

    /// Whether nothing is changed.
    package var isEmpty: Bool { edits.isEmpty }

    /// How many changes there are.
    package var count: Int { edits.count }

    /// Puts pieces in place of a range; an empty range is an insertion.
    ///
    /// Insertions at one place stay in the order in which they were made. A change inside a range that another one replaces is
    /// dropped with it; of two changes that overlap otherwise, or replace the same range, the one made first stays.
    package mutating func replace(_ range: Range<Int>, with content: [Piece]) {
        edits.append(Edit(range: range, content: .pieces(content)))
    }

    /// Puts bytes in place of a range.
    package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        edits.append(Edit(range: range, content: .bytes(bytes)))
    }

    /// Takes a range out.
    package mutating func remove(_ range: Range<Int>) {
        edits.append(Edit(range: range, content: .bytes([])))
    }

    /// Makes changes after those made so far.
    package mutating func append(_ other: SourceEdits) {
        if edits.isEmpty { edits = other.edits } else { edits.append(contentsOf: other.edits) }
    }

    /// Bytes that the changes put in.
    package var insertedBytes: Int {
        edits.reduce(0) { sum, edit in
            switch edit.content {
            case .bytes(let bytes): sum + bytes.count
            case .pieces(let pieces):
                pieces.reduce(sum) { sum, piece in if case .bytes(let bytes) = piece { sum + bytes.count } else { sum } }
            }
        }
    }

    /// The ranges that the changes made so far take out or replace.
    package var replacedRanges: ReplacedRanges {
        ReplacedRanges(edits.lazy.map(\.range))
    }

    /// The changed source, cut at the markers.
    ///
    /// Neighbouring bytes are one piece.
    package func pieces(of source: [UInt8]) -> [Piece] {
        var output: [Piece] = []
        var run: [UInt8] = []
        run.reserveCapacity(source.count + source.count / 4)
        var position = 0
        for edit in effective() {
            run.append(contentsOf: source[position..<edit.range.lowerBound])
            switch edit.content {
            case .bytes(let bytes): run.append(contentsOf: bytes)
            case .pieces(let pieces):
                for piece in pieces {
                    switch piece {
                    case .bytes(let bytes): run.append(contentsOf: bytes)
                    case .marker:
                        if !run.isEmpty { output.append(.bytes(run)) }
                        output.append(piece)
                        run.removeAll(keepingCapacity: true)
                    }
                }
            }
            position = edit.range.upperBound
        }
        run.append(contentsOf: source[position...])
        if !run.isEmpty { output.append(.bytes(run)) }
        return output
    }

    /// The changed source; markers leave nothing.
    package func apply(to source: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(source.count + insertedBytes)
        var position = 0
        for edit in effective() {
            output.append(contentsOf: source[position..<edit.range.lowerBound])
            switch edit.content {
            case .bytes(let bytes): output.append(contentsOf: bytes)
            case .pieces(let pieces): for case .bytes(let bytes) in pieces { output.append(contentsOf: bytes) }
            }
            position = edit.range.upperBound
        }
        output.append(contentsOf: source[position...])
        return output
    }

    /// The changes that take place, in source order.
    private func effective() -> [Edit] {
        var result: [Edit] = []
        result.reserveCapacity(edits.count)
        var position = 0
        for place in sortedPlaces() where edits[place].range.lowerBound >= position {
            result.append(edits[place])
            position = edits[place].range.upperBound
        }
        return result
    }

    /// The places of all changes in source order.
    private func sortedPlaces() -> [Int] {
        let places = Array(edits.indices)
        // Most stages make their changes in order.
        if zip(edits, edits.dropFirst()).allSatisfy({ $0.range.upperBound < $1.range.lowerBound }) { return places }
        // Insertions come before a replacement that starts at the same place; of replacements there, the longest swallows the others.
        return places.sorted { one, other in
            let (left, right) = (edits[one].range, edits[other].range)
            if left.lowerBound != right.lowerBound { return left.lowerBound < right.lowerBound }
            if left.isEmpty != right.isEmpty { return left.isEmpty }
            if left.upperBound != right.upperBound { return left.upperBound > right.upperBound }
            return one < other
        }
    }
}
