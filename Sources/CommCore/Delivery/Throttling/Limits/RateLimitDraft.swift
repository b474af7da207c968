/// A limit as somebody asks for it.
package struct RateLimitDraft: Sendable {
    package var messages: Int?
    package var period: Int?
    package var burst: Int?

    package init(messages: Int?, period: Int?, burst: Int?) {
        self.messages = messages
        self.period = period
        self.burst = burst
    }

    /// - Throws: ``ThrottlingError`` that names every field that is wrong.
    func limit() throws -> RateLimit {
        var check = FieldCheck()
        let messages = Self.within("messages", messages, RateLimit.messageRange, &check)
        let period = Self.within("period_seconds", period, RateLimit.periodRange, &check)
        if let messages, let period, let burst {
            let least = RateLimit.least(messages: messages, period: period, seconds: 1)
            if !(least...RateLimit.messageRange.upperBound).contains(burst) {
                check.add("burst", "invalid", "burst must be from \(least), what the rate gives in a second, to 10000000")
            }
        }
        guard check.problems.isEmpty, let messages, let period else {
            throw ThrottlingError.invalid(check.problems)
        }
        return RateLimit(messages: messages, period: period, burst: burst)
    }

    private static func within(_ field: String, _ value: Int?, _ range: ClosedRange<Int>, _ check: inout FieldCheck) -> Int? {
        guard let value else {
            check.add(.required(field))
            return nil
        }
        guard range.contains(value) else {
            check.add(field, "invalid", "\(field) must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }
}
