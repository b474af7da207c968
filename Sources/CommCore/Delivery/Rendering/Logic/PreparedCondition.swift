/// A condition with everything done that does not depend on the recipient.
indirect enum PreparedCondition: Sendable {
    enum Operand: Sendable {
        case source(PreparedSource)
        /// A number only where it was written without quotes.
        case constant([UInt8], Double?)
    }

    case isTrue(Operand)
    case compare(Operand, MergeCondition.Comparison, Operand)
    case not(PreparedCondition)
    case all([PreparedCondition])
    case any([PreparedCondition])

    init(_ condition: MergeCondition, in program: RenderProgram) throws(RenderError) {
        switch condition {
        case .isTrue(let operand): self = .isTrue(try Self.operand(operand, program))
        case .compare(let left, let comparison, let right):
            self = .compare(try Self.operand(left, program), comparison, try Self.operand(right, program))
        case .not(let condition): self = .not(try PreparedCondition(condition, in: program))
        case .all(let conditions): self = .all(try Self.conditions(conditions, program))
        case .any(let conditions): self = .any(try Self.conditions(conditions, program))
        }
    }

    private static func conditions(_ all: [MergeCondition], _ program: RenderProgram) throws(RenderError) -> [PreparedCondition] {
        var prepared: [PreparedCondition] = []
        for condition in all { prepared.append(try PreparedCondition(condition, in: program)) }
        return prepared
    }

    private static func operand(_ operand: MergeCondition.Operand, _ program: RenderProgram) throws(RenderError) -> Operand {
        switch operand {
        case .source(let source): .source(try PreparedSource(source, in: program))
        case .text(let text): .constant(Array(text.utf8), nil)
        case .number(let digits): .constant(Array(digits.utf8), MergeNumber.parse(Array(digits.utf8)))
        }
    }

    /// Whether it holds for the recipient.
    func holds(_ message: BoundMessage, _ state: inout LogicState) -> Bool {
        switch self {
        case .isTrue(let operand): return MergeValue.isTrue(Self.text(operand, message, state))
        case .compare(let left, .contains, let right):
            return Self.contains(left, Self.text(right, message, state), message, &state)
        case .compare(let left, let comparison, let right):
            return Self.compare(left, comparison, right, message, state)
        case .not(let condition): return !condition.holds(message, &state)
        case .all(let conditions):
            for condition in conditions where !condition.holds(message, &state) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where condition.holds(message, &state) { return true }
            return false
        }
    }

    private static func text(_ operand: Operand, _ message: BoundMessage, _ state: LogicState) -> [UInt8] {
        switch operand {
        case .constant(let text, _): text
        case .source(let source): state.text(of: source, message)
        }
    }

    private static func contains(_ operand: Operand, _ wanted: [UInt8], _ message: BoundMessage, _ state: inout LogicState) -> Bool {
        guard case .source(let source) = operand else {
            return Self.holds(wanted, in: text(operand, message, state))
        }
        if case .list(let elements) = state.value(of: source, message).content { return elements.contains { $0.text == wanted } }
        return Self.holds(wanted, in: state.text(of: source, message))
    }

    private static func holds(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
        guard !wanted.isEmpty, wanted.count <= text.count else { return false }
        return String(decoding: text, as: UTF8.self).contains(String(decoding: wanted, as: UTF8.self))
    }

    private static func compare(
        _ left: Operand,
        _ comparison: MergeCondition.Comparison,
        _ right: Operand,
        _ message: BoundMessage,
        _ state: LogicState
    ) -> Bool {
        let texts = (text(left, message, state), text(right, message, state))
        switch (number(left, texts.0), number(right, texts.1)) {
        case (let left?, let right?): return compare(left, comparison, right)
        case (_, nil) where isNumber(left), (nil, _) where isNumber(right): return comparison == .unequal
        default: break
        }
        switch comparison {
        case .equal: return texts.0 == texts.1
        case .unequal: return texts.0 != texts.1
        default: break
        }
        // Nothing comes before or after what is missing.
        guard !texts.0.isEmpty, !texts.1.isEmpty, texts.0 != texts.1 else {
            return !texts.0.isEmpty && texts.0 == texts.1 && (comparison == .lessOrEqual || comparison == .greaterOrEqual)
        }
        let isLess = texts.0.lexicographicallyPrecedes(texts.1)
        return comparison == .less || comparison == .lessOrEqual ? isLess : !isLess
    }

    private static func compare(_ left: Double, _ comparison: MergeCondition.Comparison, _ right: Double) -> Bool {
        switch comparison {
        case .equal: left == right
        case .unequal: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .contains: false
        }
    }

    private static func isNumber(_ operand: Operand) -> Bool {
        if case .constant(_, _?) = operand { true } else { false }
    }

    /// The number to compare by; a constant in quotes is none.
    private static func number(_ operand: Operand, _ text: [UInt8]) -> Double? {
        switch operand {
        case .constant(_, let number): number
        case .source: MergeNumber.parse(text)
        }
    }
}
