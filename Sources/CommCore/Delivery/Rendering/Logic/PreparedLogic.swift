/// A block, or a value that filters change, with everything done that does not depend on the recipient.
///
/// A class, so that the segments without logic stay small.
final class PreparedLogic: Sendable {
    struct Branch: Sendable {
        let when: PreparedCondition
        let then: [PreparedSegment]
    }

    enum Kind: Sendable {
        case value(PreparedSource, [MergeFilter], Escaping)
        case condition([Branch], otherwise: [PreparedSegment])
        case loop(PreparedSource, body: [PreparedSegment], otherwise: [PreparedSegment])
        /// A tracked link that is signed where it is written: its target depends on a loop, or it may not be written at all.
        case link(Int)
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Appends what the recipient gets.
    func append(_ message: BoundMessage, json: Bool, _ state: inout LogicState, to output: inout [UInt8]) throws(RenderError) {
        switch kind {
        case .value(let source, let filters, let escaping):
            var value = state.text(of: source, message)
            if !filters.isEmpty { value = FilterRunner.apply(filters, to: value, message, &state) }
            escaping.append(value, json: json, to: &output)
        case .condition(let branches, let otherwise):
            let taken = branches.first { $0.when.holds(message, &state) }?.then ?? otherwise
            try Self.append(taken, message, json: json, &state, to: &output)
        case .loop(let source, let body, let otherwise):
            let hasItems = try state.each(of: source, message) { state throws(RenderError) in
                try Self.append(body, message, json: json, &state, to: &output)
            }
            if !hasItems { try Self.append(otherwise, message, json: json, &state, to: &output) }
        case .link(let place): try state.appendLink(place, message, to: &output)
        }
    }

    /// Appends segments one after the other.
    static func append(
        _ segments: [PreparedSegment],
        _ message: BoundMessage,
        json: Bool,
        _ state: inout LogicState,
        to output: inout [UInt8]
    ) throws(RenderError) {
        for segment in segments {
            if case .logic(let logic) = segment {
                try logic.append(message, json: json, &state, to: &output)
            } else {
                segment.append(message, json: json, to: &output)
            }
            if output.count > state.limit { throw RenderError.tooLarge }
        }
    }
}
