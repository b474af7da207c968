import FoundationEssentials

/// A consent that somebody wants to record, not checked yet.
package struct ConsentDraft: Sendable {
    package let purpose: String?
    package let state: String?
    package let source: String?
    package let textVersion: String?
    package let ip: String?
    package let at: Date?

    package init(
        purpose: String? = nil,
        state: String? = nil,
        source: String? = nil,
        textVersion: String? = nil,
        ip: String? = nil,
        at: Date? = nil
    ) {
        self.purpose = purpose
        self.state = state
        self.source = source
        self.textVersion = textVersion
        self.ip = ip
        self.at = at
    }

    private static let longestWord = 100

    /// What is wrong with it.
    func problems(now: Date) -> [FieldProblem] {
        var check = FieldCheck()
        if let purpose { check.requiredLine("purpose", purpose, limit: Self.longestWord) }
        if state.flatMap(Consent.State.init(rawValue:)) == nil {
            check.add("state", state == nil ? "required" : "invalid", "state must be given or withdrawn")
        }
        check.requiredLine("source", source, limit: Self.longestWord)
        check.line("text_version", textVersion, limit: Self.longestWord)
        check.line("ip", ip, limit: 45)
        if let at, at > now.addingTimeInterval(300) { check.add("at", "invalid", "at must not be in the future") }
        if let at, at.timeIntervalSince1970 < 0 { check.add("at", "invalid", "at must not be before 1970") }
        return check.problems
    }
}
