import FoundationEssentials
import Postgres

/// What became of messages that leave the queue, as the server is told it: what most have in common once, and each of the others.
struct RecordedOutcomes: Sendable {
    fileprivate struct Kind: Hashable, Sendable {
        let outcome: String
        let reason: String?
        let gateway: String?
    }

    private let usual: Kind
    private let others: [(id: UUID, kind: Kind)]

    /// Nil when all stay in the queue.
    init?(_ outcomes: [UUID: HandoverOutcome]) {
        var kinds: [(id: UUID, kind: Kind)] = []
        kinds.reserveCapacity(outcomes.count)
        var counts: [Kind: Int] = [:]
        for (id, outcome) in outcomes {
            guard let kind = Kind(outcome) else { continue }
            kinds.append((id, kind))
            counts[kind, default: 0] += 1
        }
        guard let usual = counts.max(by: { $0.value < $1.value })?.key else { return nil }
        self.usual = usual
        others = kinds.filter { $0.kind != usual }
    }

    /// The same for every message; nil for what stays in the queue.
    init?(all disposition: Disposition) {
        guard let usual = Kind(HandoverOutcome(disposition)) else { return nil }
        (self.usual, others) = (usual, [])
    }

    /// A source of rows `r(outcome, reason, gateway)` for rows `m(id)`.
    var join: SQL {
        let (outcome, reason, gateway): (SQL, SQL, SQL) = ("\(usual.outcome)::text", "\(usual.reason)::text", "\(usual.gateway)::text")
        guard !others.isEmpty else {
            return "CROSS JOIN (SELECT \(sql: outcome) AS outcome, \(sql: reason) AS reason, \(sql: gateway) AS gateway) r"
        }
        return """
            LEFT JOIN unnest(\(others.map(\.id))::uuid[], \(others.map(\.kind.outcome))::text[], \(others.map(\.kind.reason))::text[],
                             \(others.map(\.kind.gateway))::text[]) AS o(id, outcome, reason, gateway) ON o.id = m.id
            CROSS JOIN LATERAL (SELECT CASE WHEN o.id IS NULL THEN \(sql: outcome) ELSE o.outcome END AS outcome,
                                       CASE WHEN o.id IS NULL THEN \(sql: reason) ELSE o.reason END AS reason,
                                       CASE WHEN o.id IS NULL THEN \(sql: gateway) ELSE o.gateway END AS gateway) r
            """
    }
}

extension RecordedOutcomes.Kind {
    /// Nil for a message that stays.
    fileprivate init?(_ outcome: HandoverOutcome) {
        guard let word = outcome.disposition.outcome else { return nil }
        self.init(outcome: word, reason: outcome.disposition.reason, gateway: outcome.gateway)
    }
}
