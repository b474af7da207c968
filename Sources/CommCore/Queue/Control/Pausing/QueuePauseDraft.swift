import FoundationEssentials

/// A pause that is asked for, as it was written.
package struct QueuePauseDraft: Sendable, Equatable {
    private static let longestReason = 500
    private static let longestName = 40

    package var scope: QueuePause.Scope
    package var target: String?
    /// For every tenant.
    package var isEverywhere: Bool
    package var reason: String?
    package var until: Date?

    package init(
        scope: QueuePause.Scope,
        target: String? = nil,
        isEverywhere: Bool = false,
        reason: String? = nil,
        until: Date? = nil
    ) {
        (self.scope, self.target, self.reason, self.until) = (scope, target, reason, until)
        self.isEverywhere = isEverywhere || scope == .all
    }

    /// The target as it is stored.
    var key: String { target ?? "" }

    /// - Throws: `QueueError.invalid` with all that is wrong.
    func check(now: Date) throws {
        var check = FieldCheck()
        check.line("reason", reason, limit: Self.longestReason)
        if let until, until <= now { check.add("until", "invalid", "until must be in the future") }
        switch scope {
        case .all: break
        case .tenant:
            if isEverywhere { check.add("everywhere", "invalid", "one account is not everywhere: the scope for everybody is all") }
        case .channel:
            if Channel(rawValue: key) == nil {
                check.add("channel", target == nil ? "required" : "invalid", "channel must be one of: \(Channel.names)")
            }
        case .gateway:
            if key.isEmpty || key.utf8.count > Self.longestName || !key.utf8.allSatisfy(Self.isNameByte) {
                check.add("gateway", target == nil ? "required" : "invalid", "gateway must be the name of a gateway")
            }
        }
        guard check.problems.isEmpty else {
            throw QueueError(.invalid, check.problems.map(\.message).joined(separator: "; "), problems: check.problems)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension Channel {
    /// All of them, for people.
    static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
