/// A reply rule as somebody asks for it.
package struct ReplyRuleDraft: Sendable {
    package var name: String?
    package var pattern: String?
    package var gateway: String?
    package var group: String?
    package var scope: String?
    package var threshold: Int?
    package var window: Int?
    package var action: String?
    package var factor: Double?
    package var duration: Int?
    package var isEnabled: Bool?
    package var position: Int?

    package init() {}

    private static let factors = 0.01...0.95

    /// What is wrong with it.
    var problems: [FieldProblem] {
        var check = FieldCheck()
        check.requiredLine("name", name, limit: 100)
        check.requiredLine("pattern", pattern, limit: 500)
        if let pattern, ReplyPattern(pattern) == nil {
            check.add("pattern", "invalid", "each alternative of the pattern needs words")
        }
        check.line("gateway", gateway, limit: 40)
        check.line("group", group, limit: 253)
        Self.word("scope", scope, ReplyRule.Scope.allCases.map(\.rawValue), &check)
        if action == nil { check.add(.required("action")) }
        Self.word("action", action, ReplyRule.Action.allCases.map(\.rawValue), &check)
        for (field, value, range) in [
            ("threshold", threshold, 1...10_000), ("window_seconds", window, 1...86_400), ("duration_seconds", duration, 10...86_400),
        ] {
            guard let value else {
                check.add(.required(field))
                continue
            }
            if !range.contains(value) { check.add(field, "invalid", "\(field) must be from \(range.lowerBound) to \(range.upperBound)") }
        }
        if let factor, !Self.factors.contains(factor) { check.add("factor", "invalid", "factor must be from 0.01 to 0.95") }
        if let position, !(0...1_000_000).contains(position) { check.add("position", "invalid", "position must be from 0 to 1000000") }
        return check.problems
    }

    private static func word(_ field: String, _ value: String?, _ words: [String], _ check: inout FieldCheck) {
        guard let value, !words.contains(value) else { return }
        check.add(field, "invalid", "\(field) must be one of \(words.joined(separator: ", "))")
    }
}
