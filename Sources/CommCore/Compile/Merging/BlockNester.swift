/// Makes a tree of the pieces of a text: what stands between the block tags goes into their branches.
struct BlockNester {
    /// A piece of a text in its order.
    enum Piece {
        case segment(Segment)
        case block(BlockTag)
    }

    /// What is wrong with the blocks, and at which place of the source.
    struct Problem: Error, Equatable {
        let code: String
        let message: String
        let offset: Int
    }

    /// Blocks may stand in each other so deep; loops, not so deep.
    static let deepest = 8
    static let deepestLoops = 3

    private struct Open {
        let tag: BlockTag
        let offset: Int
        let container: Int
        var branches: [Segment.Branch] = []
        /// The condition of the branch that is gathered; nil for the last one.
        var condition: MergeCondition?
        var body: [Segment]?
        var segments: [Segment] = []
        var hasElse = false
    }

    private let isInLoop: Bool
    private let links: [LinkTarget]
    private var open: [Open] = []
    private var output: [Segment] = []
    /// What was wrong; the tree is not to be used then.
    private(set) var problems: [Problem] = []

    /// - Parameters:
    ///   - isInLoop: whether values of a loop are allowed at the outermost level, as in a link that may stand in one
    ///   - links: the targets of tracked links
    init(isInLoop: Bool = false, links: [LinkTarget] = []) {
        self.isInLoop = isInLoop
        self.links = links
    }

    /// Adds a piece.
    ///
    /// - Parameters:
    ///   - offset: its place in the source, for problems
    ///   - container: names what it stands in; a block has to end where it began
    mutating func add(_ piece: Piece, at offset: Int = 0, in container: Int = -1) {
        switch piece {
        case .segment(let segment): add(segment, offset)
        case .block(let tag):
            check(tag.sources, offset)
            switch tag {
            case .when(_, let condition): begin(Open(tag: tag, offset: offset, container: container, condition: condition))
            case .each: begin(Open(tag: tag, offset: offset, container: container))
            case .otherwise(let condition): divide(condition, tag, offset, container)
            case .end(let kind): end(kind, tag, offset, container)
            }
        }
    }

    /// The tree.
    mutating func finish() -> [Segment] {
        for block in open { problem("unbalanced_block", "\(block.tag) is not closed", block.offset) }
        open = []
        return output
    }

    private var loops: Int {
        open.count { if case .each = $0.tag, $0.body == nil { true } else { false } }
    }

    private mutating func problem(_ code: String, _ message: String, _ offset: Int) {
        problems.append(Problem(code: code, message: message, offset: offset))
    }

    private mutating func add(_ segment: Segment, _ offset: Int) {
        if case .literal(let text) = segment, text.isEmpty { return }
        if segment.needsLoop(links) { check([.item([])], offset) }
        append(segment)
    }

    private mutating func append(_ segment: Segment) {
        if open.isEmpty { output.append(segment) } else { open[open.count - 1].segments.append(segment) }
    }

    private mutating func check(_ sources: [MergeSource], _ offset: Int) {
        guard !isInLoop, loops == 0, let source = sources.first(where: \.needsLoop) else { return }
        problem("loop_value_outside_loop", "\(source.key) has a meaning between {{#each …}} and {{/each}} only", offset)
    }

    private mutating func begin(_ block: Open) {
        open.append(block)
        if open.count == Self.deepest + 1 { problem("blocks_too_deep", "Blocks stand more than \(Self.deepest) deep", block.offset) }
        if case .each = block.tag, loops == Self.deepestLoops + 1 {
            problem("blocks_too_deep", "Loops stand more than \(Self.deepestLoops) deep", block.offset)
        }
    }

    private mutating func divide(_ condition: MergeCondition?, _ tag: BlockTag, _ offset: Int, _ container: Int) {
        guard var block = open.last else { return problem("unbalanced_block", "\(tag) stands outside of a block", offset) }
        guard !block.hasElse else { return problem("unbalanced_block", "\(tag) follows the {{else}} of \(block.tag)", offset) }
        checkPlace(of: tag, block, offset, container)
        switch block.tag {
        case .each:
            guard condition == nil else { return problem("unbalanced_block", "\(tag) does not belong into \(block.tag)", offset) }
            block.body = block.segments
        default:
            if let asked = block.condition { block.branches.append(.init(when: asked, then: block.segments)) }
            block.condition = condition
        }
        block.hasElse = condition == nil
        block.segments = []
        open[open.count - 1] = block
    }

    private mutating func end(_ kind: BlockTag.Kind, _ tag: BlockTag, _ offset: Int, _ container: Int) {
        guard let block = open.popLast() else { return problem("unbalanced_block", "\(tag) closes nothing", offset) }
        checkPlace(of: tag, block, offset, container)
        switch block.tag {
        case .each(let source):
            guard kind == .each else { return problem("unbalanced_block", "\(tag) cannot close \(block.tag)", offset) }
            append(.loop(source, body: block.body ?? block.segments, otherwise: block.body == nil ? [] : block.segments))
        case .when(let opened, _):
            guard kind == opened else { return problem("unbalanced_block", "\(tag) cannot close \(block.tag)", offset) }
            guard let asked = block.condition else { return append(.condition(block.branches, otherwise: block.segments)) }
            append(.condition(block.branches + [.init(when: asked, then: block.segments)], otherwise: []))
        default: return
        }
    }

    private mutating func checkPlace(of tag: BlockTag, _ block: Open, _ offset: Int, _ container: Int) {
        guard block.container != container else { return }
        problem("misplaced_block", "\(tag) stands in another attribute or part of the HTML than \(block.tag)", offset)
    }
}
