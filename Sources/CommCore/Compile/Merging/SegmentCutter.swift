import HTML

/// Cuts texts without markup at their merge tags.
enum SegmentCutter {
    /// The segments of a text; unknown tags are reported under the part, unless it is nil, and stay as they are.
    static func cut(_ text: String, as escaping: Escaping, part: CompileIssue.Part?, _ context: inout CompileContext) -> [Segment] {
        let bytes = Array(text.utf8)
        let positions = SourcePositions(bytes)
        var segments: [Segment] = []
        var position = 0
        for occurrence in MergeScanner.scan(bytes) {
            if let tag = occurrence.tag { context.note(tag) }
            guard let tag = occurrence.tag, context.isKnown(tag) else {
                if let part {
                    let (line, column) = positions.position(at: occurrence.range.lowerBound)
                    let raw = String(decoding: bytes[occurrence.range].prefix(100), as: UTF8.self)
                    context.block(
                        CompileIssue("unknown_merge_tag", "\(raw) is not a known merge tag", part: part, line: line, column: column)
                    )
                }
                continue
            }
            append(bytes[position..<occurrence.range.lowerBound], &segments)
            segments.append(context.segment(for: tag, fallback: tag.fallback, escaping))
            position = occurrence.range.upperBound
        }
        append(bytes[position...], &segments)
        return segments
    }

    private static func append(_ bytes: ArraySlice<UInt8>, _ segments: inout [Segment]) {
        if !bytes.isEmpty { segments.append(.literal(String(decoding: bytes, as: UTF8.self))) }
    }
}

extension CompileContext {
    /// Whether the campaign's contacts can have what a tag names.
    func isKnown(_ tag: MergeTag) -> Bool {
        guard let attribute = tag.attribute, case .attributes(let known) = options.fields else { return true }
        return known.contains(attribute)
    }

    /// The segment that a tag becomes.
    mutating func segment(for tag: MergeTag, fallback: String, _ escaping: Escaping) -> Segment {
        switch tag.name {
        case .field(let name): .field(place(ofField: name), default: fallback, escaping)
        case .unsubscribeURL: .unsubscribeURL(escaping)
        case .webVersionURL: .webVersionURL(escaping)
        }
    }
}
