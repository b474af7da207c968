import FoundationEssentials

/// A rule that an answer fits, and the group that it is counted for.
struct ReplyMatch: Hashable, Sendable {
    let rule: ReplyRule
    /// Empty: the gateway altogether.
    let group: String

    static func == (left: Self, right: Self) -> Bool { left.rule.id == right.rule.id && left.group == right.group }

    func hash(into hasher: inout Hasher) {
        hasher.combine(rule.id)
        hasher.combine(group)
    }

    /// - Parameter groups: of the answers' recipients; empty where the channel has none.
    static func count(_ replies: [GatewayReply], groups: [String], gateway: String, book: RateBook) -> [ReplyMatch: Int] {
        var counts: [ReplyMatch: Int] = [:]
        for (index, reply) in replies.enumerated() {
            let group = groups.isEmpty ? "" : groups[index]
            guard let rule = book.rule(for: reply.text, gateway: gateway, group: group) else { continue }
            let match = ReplyMatch(rule: rule, group: rule.scope == .gateway ? "" : group)
            guard !match.isOutdated(reply, gateway: gateway, book: book) else { continue }
            counts[match, default: 0] += 1
        }
        return counts
    }

    /// Whether an answer was given before the rate was changed last, or just after.
    private func isOutdated(_ reply: GatewayReply, gateway: String, book: RateBook) -> Bool {
        guard let givenAt = reply.givenAt, let changed = book.adjustment(gateway: gateway, group: group) else { return false }
        return givenAt < changed.changedAt.addingTimeInterval(RateAdjustment.quiet)
    }
}
