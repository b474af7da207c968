/// What is asked by `{{#if …}}`.
package indirect enum MergeCondition: Sendable, Equatable {
    package enum Comparison: String, Sendable, Codable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        /// A text holds another, or a list an element.
        case contains
    }

    /// One side of a comparison.
    package enum Operand: Sendable, Equatable {
        case source(MergeSource)
        case text(String)
        /// Digits as they were written.
        case number(String)
    }

    /// Neither missing nor empty, `false` or zero.
    case isTrue(Operand)
    case compare(Operand, Comparison, Operand)
    case not(MergeCondition)
    case all([MergeCondition])
    case any([MergeCondition])

    /// What it asks for.
    package var sources: [MergeSource] {
        switch self {
        case .isTrue(let operand): Self.sources([operand])
        case .compare(let left, _, let right): Self.sources([left, right])
        case .not(let condition): condition.sources
        case .all(let conditions), .any(let conditions): conditions.flatMap(\.sources)
        }
    }

    private static func sources(_ operands: [Operand]) -> [MergeSource] {
        operands.compactMap { if case .source(let source) = $0 { source } else { nil } }
    }
}

extension MergeCondition: CustomStringConvertible {
    /// As an author could have written it.
    package var description: String {
        switch self {
        case .isTrue(let operand): operand.description
        case .compare(let left, let comparison, let right): "\(left) \(comparison.rawValue) \(right)"
        case .not(let condition): "not \(condition.inParentheses)"
        case .all(let conditions): conditions.map(\.inParentheses).joined(separator: " and ")
        case .any(let conditions): conditions.map(\.inParentheses).joined(separator: " or ")
        }
    }

    private var inParentheses: String {
        switch self {
        case .isTrue, .compare, .not: description
        case .all, .any: "(\(description))"
        }
    }
}

extension MergeCondition.Operand: CustomStringConvertible {
    package var description: String {
        switch self {
        case .source(let source): source.key
        case .text(let text): MergeWriter.quoted(text)
        case .number(let digits): digits
        }
    }
}
