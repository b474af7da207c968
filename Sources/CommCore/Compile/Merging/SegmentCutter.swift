import HTML

/// Cuts texts without markup at their merge tags.
enum SegmentCutter {
    /// The segments of a text.
    ///
    /// Unknown tags are reported under the part and stay as they are; wrong ones refuse the template.
    static func cut(_ text: String, as escaping: Escaping, part: CompileIssue.Part, _ context: inout CompileContext) -> [Segment] {
        let bytes = Array(text.utf8)
        let positions = SourcePositions(bytes)
        func issue(_ code: String, _ message: String, at offset: Int) -> CompileIssue {
            let (line, column) = positions.position(at: offset)
            return CompileIssue(code, message, part: part, line: line, column: column)
        }
        var nester = BlockNester()
        for (piece, offset) in pieces(of: bytes, as: escaping, &context, report: issue) { nester.add(piece, at: offset) }
        let segments = nester.finish()
        for problem in nester.problems { context.refuse(issue(problem.code, problem.message, at: problem.offset)) }
        return segments
    }

    /// The pieces of a text, each with its place.
    ///
    /// - Parameter report: makes an issue of what is wrong; nil when it was reported with the source.
    static func pieces(
        of bytes: [UInt8],
        as escaping: Escaping,
        _ context: inout CompileContext,
        report: ((_ code: String, _ message: String, _ offset: Int) -> CompileIssue)?
    ) -> [(piece: BlockNester.Piece, offset: Int)] {
        var pieces: [(piece: BlockNester.Piece, offset: Int)] = []
        var position = 0
        for occurrence in MergeScanner.scan(bytes) {
            let range = occurrence.range
            context.note(occurrence)
            let piece: BlockNester.Piece
            switch occurrence.content {
            case .value(let tag) where context.isKnown(tag):
                piece = .segment(context.segment(for: tag, fallback: tag.fallback, escaping))
            case .block(let block) where context.unknownSource(of: block) == nil: piece = .block(context.registering(block))
            case .comment: piece = .segment(.literal(""))
            case .escape: piece = .segment(.literal("{{"))
            case .invalid(let error):
                if let report { context.refuse(report(error.code.rawValue, error.message, range.lowerBound)) }
                continue
            case .value, .block, .unknown:
                let raw = String(decoding: bytes[range].prefix(100), as: UTF8.self)
                if let report { context.block(report("unknown_merge_tag", "\(raw) is not a known merge tag", range.lowerBound)) }
                guard case .block(let block) = occurrence.content else { continue }
                // Its branches stay branches, or every tag behind it would be wrong as well.
                piece = .block(context.registering(block))
            }
            append(bytes[position..<range.lowerBound], at: position, &pieces)
            pieces.append((piece, range.lowerBound))
            position = range.upperBound
        }
        append(bytes[position...], at: position, &pieces)
        return pieces
    }

    private static func append(_ bytes: ArraySlice<UInt8>, at offset: Int, _ pieces: inout [(piece: BlockNester.Piece, offset: Int)]) {
        if !bytes.isEmpty { pieces.append((.segment(.literal(String(decoding: bytes, as: UTF8.self))), offset)) }
    }
}
