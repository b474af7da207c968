import FoundationEssentials
import Postgres

/// A filter at one moment, and what has been learnt about who can match it.
struct RecipientSearch: Sendable {
    /// The most contacts that are looked up beforehand; what more have is not rare.
    private static let mostCandidates = 20_000
    /// The shortest part of a text for which a trigram index helps.
    private static let shortestPart = 3
    /// Up to so many are counted one by one.
    private static let countedExactly = 10_000
    /// What counting may cost, in the planner's units: some 30 ms.
    private static let countingCost = 25_000.0

    let tenantID: UUID
    let filter: RecipientFilter
    let now: Date
    /// The only contacts that can match, where they are known.
    private var candidates: [UUID]?

    init(tenantID: UUID, filter: RecipientFilter, now: Date) {
        self.tenantID = tenantID
        self.filter = filter
        self.now = now
    }

    /// The filter on a contact `c`.
    var condition: SQL {
        let condition = filter.condition(tenantID: tenantID, now: now)
        guard let candidates else { return condition }
        return "c.id = ANY (\(candidates)::uuid[]) AND \(sql: condition)"
    }

    /// The same with the contacts looked up that have the rarest of what is asked for.
    func narrowed(on connection: PostgresConnection) async throws -> RecipientSearch {
        var narrowed = self
        for lookup in filter.root.required.compactMap(Self.lookup) {
            let rows = try await connection.query(
                "SELECT ARRAY(SELECT * FROM \(sql: lookup)) AS ids"
            )
            let ids: [UUID] = try rows.one { try $0.get("ids") }
            if ids.count <= Self.mostCandidates, ids.count < narrowed.candidates?.count ?? .max { narrowed.candidates = ids }
            if ids.isEmpty { break }
        }
        return narrowed
    }

    /// The function that finds the contacts of a condition by an index which the condition itself may not use.
    private static func lookup(_ condition: FilterCondition) -> SQL? {
        let most = mostCandidates + 1
        switch (condition.field, condition.comparison, condition.value) {
        case (.named(.email), .contains, .text(let text)), (.named(.email), .startsWith, .text(let text)),
            (.named(.email), .endsWith, .text(let text)), (.named(.name), .contains, .text(let text)),
            (.named(.name), .startsWith, .text(let text)), (.named(.name), .endsWith, .text(let text)),
            (.named(.phone), .contains, .text(let text)), (.named(.phone), .startsWith, .text(let text)),
            (.named(.phone), .endsWith, .text(let text)), (.named(.phone), .is, .text(let text)),
            (.named(.identityName), .contains, .text(let text)), (.named(.identityName), .startsWith, .text(let text)),
            (.named(.identityName), .endsWith, .text(let text)), (.named(.identityName), .is, .text(let text)),
            (.named(.search), .contains, .text(let text)), (.named(.search), .startsWith, .text(let text)),
            (.named(.search), .endsWith, .text(let text)):
            guard text.unicodeScalars.count >= shortestPart else { return nil }
            return "comm_contacts_containing(\(text)::text, \(most))"
        case (.attribute(let key), .is, .text(let text)) where !key.contains("."):
            return "comm_contacts_with_term(\(terms(key, [text]))::text[], \(most))"
        case (.attribute(let key), .anyOf, .texts(let texts)) where !key.contains("."):
            return "comm_contacts_with_term(\(terms(key, texts))::text[], \(most))"
        default:
            return nil
        }
    }

    /// As the index has them: a value's first hundred characters.
    private static func terms(_ key: String, _ values: [String]) -> [String] {
        values.map { key + "=" + String(String.UnicodeScalarView($0.unicodeScalars.prefix(100))) }
    }

    // MARK: Counting

    /// Counts if the planner thinks that it is quick, else tells what it thinks.
    func count(on connection: PostgresConnection) async throws -> RecipientTotal {
        let limited = countStatement("true", upTo: Self.countedExactly + 1)
        let plan = try await PlanEstimate.of(limited, on: connection)
        if plan.cost > Self.countingCost {
            let narrowed = candidates == nil ? try await narrowed(on: connection) : self
            if narrowed.candidates != nil { return try await narrowed.count(on: connection) }
            return RecipientTotal(count: plan.rows, isEstimate: true)
        }
        let counted: Int64 = try await connection.query(limited).one { try $0.get("n") }
        if counted <= Self.countedExactly { return RecipientTotal(count: counted, isEstimate: false) }
        return RecipientTotal(count: max(counted, plan.rows), isEstimate: true)
    }

    /// Counts those of a range, and stops at a number.
    func countStatement(_ range: SQL, upTo most: Int) -> SQL {
        """
        SELECT count(*) AS n FROM (SELECT FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL AND \(sql: range)
                                      AND \(sql: condition) LIMIT \(most)) counted
        """
    }
}
