/// What rendering keeps in mind while it is inside of blocks.
struct LogicState {
    /// Rounds of all loops of one part of a mail.
    static let mostRounds = 1_000

    private struct Loop {
        let items: [MergeValue]
        var index = 0
    }

    /// How long the output may become.
    let limit: Int
    private let logic: LogicContext
    private var loops: [Loop] = []
    private var rounds = 0
    private var parsed: [Int: MergeValue] = [:]
    private var language: MergeLanguage?

    init(limit: Int, _ logic: LogicContext) {
        self.limit = limit
        self.logic = logic
    }

    /// The text of a value; empty when there is none.
    func text(of source: PreparedSource, _ message: BoundMessage) -> [UInt8] {
        switch source {
        case .field(let index): return message.values[index]
        case .item(let path):
            guard let loop = loops.last else { return [] }
            return path.isEmpty ? loop.items[loop.index].text : loop.items[loop.index].at(path).text
        case .position(let position):
            guard let loop = loops.last else { return [] }
            switch position {
            case .index: return Array(String(loop.index).utf8)
            case .number: return Array(String(loop.index + 1).utf8)
            case .first: return Array((loop.index == 0 ? "true" : "false").utf8)
            case .last: return Array((loop.index == loop.items.count - 1 ? "true" : "false").utf8)
            }
        }
    }

    /// The value itself, with what is in it.
    mutating func value(of source: PreparedSource, _ message: BoundMessage) -> MergeValue {
        switch source {
        case .field(let index):
            if let known = parsed[index] { return known }
            let text = message.values[index]
            let value = MergeValueParser.parse(text) ?? MergeValue(text: text, content: .scalar)
            parsed[index] = value
            return value
        case .item(let path): return loops.last.map { $0.items[$0.index].at(path) } ?? .missing
        case .position: return MergeValue(text: text(of: source, message), content: .scalar)
        }
    }

    /// Runs the body for each element of a list; false when there is none.
    mutating func each(
        of source: PreparedSource,
        _ message: BoundMessage,
        _ body: (inout LogicState) throws(RenderError) -> Void
    ) throws(RenderError) -> Bool {
        guard case .list(let items) = value(of: source, message).content, !items.isEmpty else { return false }
        loops.append(Loop(items: items))
        defer { loops.removeLast() }
        for index in items.indices {
            rounds += 1
            guard rounds <= Self.mostRounds else {
                throw RenderError(.tooManyRounds, "the loops of the mail take more than \(Self.mostRounds) rounds")
            }
            loops[loops.count - 1].index = index
            try body(&self)
        }
        return true
    }

    /// The recipient's language.
    mutating func language(_ message: BoundMessage) -> MergeLanguage {
        if let language { return language }
        let tag = logic.languageField.map { message.values[$0] } ?? []
        let found = MergeLanguage.named(tag, otherwise: logic.language)
        language = found
        return found
    }

    /// Signs a link that is not signed ahead.
    mutating func appendLink(_ place: Int, _ message: BoundMessage, to output: inout [UInt8]) throws(RenderError) {
        guard let beginning = message.clicks else { return }
        let ending = try logic.links[place].ending(for: message, &self)
        output.append(contentsOf: logic.clickBase)
        beginning.appendToken(ending: ending, to: &output)
    }
}

/// What a program gives its blocks.
struct LogicContext: Sendable {
    let links: [PreparedLink]
    let clickBase: [UInt8]
    let languageField: Int?
    let language: String
}
