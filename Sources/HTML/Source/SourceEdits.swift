/// Changes to a source as *put this in place of those bytes*; everything else is copied byte for byte.
package struct SourceEdits: Sendable {
    /// What is put in: bytes, or the place of something that the caller knows by number.
    package enum Piece: Sendable, Equatable {
        case bytes([UInt8])
        case marker(Int)
    }

    private struct Edit {
        let range: Range<Int>
        let content: [Piece]
        let order: Int
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
        edits.append(Edit(range: range, content: content, order: edits.count))
    }

    /// Puts bytes in place of a range.
    package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        replace(range, with: [.bytes(bytes)])
    }

    /// Takes a range out.
    package mutating func remove(_ range: Range<Int>) {
        replace(range, with: [Piece]())
    }

    /// Makes changes after those made so far.
    package mutating func append(_ other: SourceEdits) {
        for edit in other.edits { replace(edit.range, with: edit.content) }
    }

    /// Bytes that the changes put in.
    package var insertedBytes: Int {
        edits.reduce(0) { sum, edit in
            edit.content.reduce(sum) { sum, piece in if case .bytes(let bytes) = piece { sum + bytes.count } else { sum } }
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
            for piece in edit.content {
                switch piece {
                case .bytes(let bytes): run.append(contentsOf: bytes)
                case .marker:
                    if !run.isEmpty { output.append(.bytes(run)) }
                    output.append(piece)
                    run.removeAll(keepingCapacity: true)
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
        for case .bytes(let bytes) in pieces(of: source) { output.append(contentsOf: bytes) }
        return output
    }

    /// The changes that take place, in source order.
    private func effective() -> [Edit] {
        // Insertions come before a replacement that starts at the same place; of replacements there, the longest swallows the others.
        let sorted = edits.sorted { left, right in
            if left.range.lowerBound != right.range.lowerBound { return left.range.lowerBound < right.range.lowerBound }
            if left.range.isEmpty != right.range.isEmpty { return left.range.isEmpty }
            if left.range.upperBound != right.range.upperBound { return left.range.upperBound > right.range.upperBound }
            return left.order < right.order
        }
        var result: [Edit] = []
        result.reserveCapacity(sorted.count)
        var position = 0
        for edit in sorted where edit.range.lowerBound >= position {
            result.append(edit)
            position = edit.range.upperBound
        }
        return result
    }
}
