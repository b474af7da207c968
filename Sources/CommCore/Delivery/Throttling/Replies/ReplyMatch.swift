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
            counts[ReplyMatch(rule: rule, group: rule.scope == .gateway ? "" : group), default: 0] += 1
        }
        return counts
    }
}
