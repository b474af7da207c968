import HTML

/// Hides block tags from the parser of HTML.
///
/// To a parser they are text, and text between the rows of a table is moved out of it. A comment of the same length stays where it is,
/// and all places in the source with it.
struct BlockMask {
    /// The source with comments in place of block tags.
    let source: [UInt8]
    /// Where the comments begin; the places of `BlockTag` by their starts.
    let masked: [Int: BlockTag]

    /// Shortest tag: `{{/if}}`, as long as the shortest comment.
    private static let shortest = 7

    init(_ source: [UInt8], _ occurrences: [MergeScanner.Occurrence]) {
        var output = source
        var masked: [Int: BlockTag] = [:]
        let blocks = occurrences.filter { if case .block = $0.content { true } else { false } }
        if !blocks.isEmpty {
            let items = SourceScanner.scan(source, in: 0..<source.count)
            var next = 0
            var end = 0
            for occurrence in blocks {
                let start = occurrence.range.lowerBound
                guard case .block(let tag) = occurrence.content, occurrence.range.count >= Self.shortest else { continue }
                while next < items.count, items[next].range.lowerBound < start {
                    // A tag that was found inside of what is masked is none.
                    if items[next].range.lowerBound >= end { end = max(end, Self.end(of: items[next])) }
                    next += 1
                }
                guard start >= end else { continue }
                Self.write(occurrence.range, &output)
                masked[start] = tag
                end = occurrence.range.upperBound
            }
        }
        self.source = output
        self.masked = masked
    }

    private static func end(of item: SourceScanner.Item) -> Int {
        if case .tag(let tag) = item, let content = tag.rawContent { content.upperBound } else { item.range.upperBound }
    }

    private static func write(_ range: Range<Int>, _ output: inout [UInt8]) {
        let filler = [UInt8](repeating: 0x20, count: range.count - shortest)
        output.replaceSubrange(range, with: Array("<!--".utf8) + filler + Array("-->".utf8))
    }
}
