/// One observation and how much it speaks for a verdict.
struct VerdictRule: Sendable {
    enum Side: Sendable {
        case scanner
        case machine
        case human
    }

    let name: String
    let side: Side
    let weight: Int
    let applies: @Sendable (VerdictEvidence) -> Bool

    init(_ name: String, _ side: Side, _ weight: Int, _ applies: @escaping @Sendable (VerdictEvidence) -> Bool) {
        self.name = name
        self.side = side
        self.weight = weight
        self.applies = applies
    }
}

extension VerdictRule {
    /// The version of the table; raise it with every change, so that older verdicts are told from newer ones.
    static let version = 1

    /// From here on it is no reader; beneath, down to the second, it cannot be told.
    static let certain = 70
    static let doubtful = 40

    /// The rules.
    ///
    /// A single proof (100 and more) decides against any habit of readers; the weaker ones have to come together.
    static let all: [VerdictRule] = [
        VerdictRule("trap", .scanner, 300) { $0.hit.isTrap },
        VerdictRule("near_trap", .scanner, 200) { $0.isNearTrap && $0.isClick },
        VerdictRule("head", .scanner, 200) { $0.hit.signals.isHead },
        VerdictRule("scanner_agent", .scanner, 200) { $0.agent == .scanner },
        VerdictRule("scanner_network", .scanner, 200) { $0.network == .scanner },
        VerdictRule("tool_agent", .scanner, 150) { $0.agent == .tool },
        VerdictRule("all_links_at_once", .scanner, 150) { $0.linksNearby >= 3 },
        VerdictRule("two_links_at_once", .scanner, 60) { $0.linksAtOnce == 2 && $0.linksNearby == 2 },
        VerdictRule("at_hand_over", .scanner, 80) { $0.isClick && $0.isWithin(2) },
        VerdictRule("seconds_after_hand_over", .scanner, 45) { $0.isClick && $0.isWithin(10) && !$0.isWithin(2) },
        VerdictRule("soon_after_hand_over", .scanner, 15) { $0.isClick && $0.isWithin(60) && !$0.isWithin(10) },
        VerdictRule("no_agent", .scanner, 60) { $0.agent == .missing },
        VerdictRule("bare_agent", .scanner, 60) { $0.agent == .bare && $0.isClick },
        VerdictRule("no_language", .scanner, 40) { $0.isClick && $0.hit.signals.hasLanguage == false },

        VerdictRule("prefetch", .machine, 200) { $0.hit.signals.isPrefetch },
        VerdictRule("preview_agent", .machine, 200) { $0.agent == .preview },
        VerdictRule("bare_agent_open", .machine, 150) { $0.agent == .bare && !$0.isClick },
        VerdictRule("machine_network", .machine, 150) { $0.network == .machine && !$0.isClick },
        VerdictRule("open_at_hand_over", .machine, 80) { !$0.isClick && $0.isWithin(2) },

        VerdictRule("language", .human, 20) { $0.isClick && $0.hit.signals.hasLanguage == true },
        VerdictRule("user_activated", .human, 30) { $0.hit.signals.isUserActivated },
    ]
}

extension VerdictEvidence {
    /// Whether it happened within so many seconds of the hand-over; a clock that is behind counts as at once.
    fileprivate func isWithin(_ seconds: Double) -> Bool {
        age.map { $0 < seconds } ?? false
    }
}
