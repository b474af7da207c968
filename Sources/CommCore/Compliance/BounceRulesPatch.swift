/// A change of the bounce rules: what is not given stays.
package struct BounceRulesPatch: Sendable {
    package var softLimit: Int?
    package var windowDays: Int?
    package var restDays: Int?
    package var escalation: Int?
    package var longestRestDays: Int?

    package init(
        softLimit: Int? = nil,
        windowDays: Int? = nil,
        restDays: Int? = nil,
        escalation: Int? = nil,
        longestRestDays: Int? = nil
    ) {
        self.softLimit = softLimit
        self.windowDays = windowDays
        self.restDays = restDays
        self.escalation = escalation
        self.longestRestDays = longestRestDays
    }

    /// What is wrong with it.
    var problems: [FieldProblem] {
        var check = FieldCheck()
        for (field, value, range) in [
            ("soft_limit", softLimit, 0...100), ("window_days", windowDays, 1...365), ("rest_days", restDays, 1...365),
            ("escalation", escalation, 1...10), ("longest_rest_days", longestRestDays, 1...3_650),
        ] {
            guard let value, !range.contains(value) else { continue }
            check.add(field, "invalid", "\(field) must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return check.problems
    }

    func applied(to rules: BounceRules) -> BounceRules {
        var changed = rules
        changed.softLimit = softLimit ?? rules.softLimit
        changed.windowDays = windowDays ?? rules.windowDays
        changed.restDays = restDays ?? rules.restDays
        changed.escalation = escalation ?? rules.escalation
        changed.longestRestDays = longestRestDays ?? rules.longestRestDays
        return changed
    }
}
