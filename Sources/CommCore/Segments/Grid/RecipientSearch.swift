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
    /// Up to so many known ones are looked at one by one.
    private static let countedAtOnce = 2_500
    /// What counting may cost, in the planner's units: some 30 ms.
    private static let countingCost = 12_000.0
    /// Counting that many times more than is counted exactly would only end in the estimate.
    private static let certainlyMore = 5
    /// Contacts that are looked at where the planner knows nothing.
    private static let sampleSize = 5_000

    let tenantID: UUID
    let filter: RecipientFilter
    let now: Date
    /// The only contacts that can match, where they are known.
    private var candidates: [UUID]?
    /// Whether they were looked for.
    private var isNarrowed = false
    private let periods: CampaignPeriods?

    init(tenantID: UUID, filter: RecipientFilter, now: Date, periods: CampaignPeriods? = nil) {
        self.tenantID = tenantID
        self.filter = filter
        self.now = now
        self.periods = periods
    }

    /// A search that knows when the campaigns ran that it asks for.
    static func prepared(
        tenantID: UUID,
        filter: RecipientFilter,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> RecipientSearch {
        let periods = try await CampaignPeriods(of: filter, tenantID: tenantID, on: connection)
        return RecipientSearch(tenantID: tenantID, filter: filter, now: now, periods: periods)
    }

    /// Whether the contacts are known that can match.
    var isNarrow: Bool { candidates != nil }

    /// The filter on a contact `c`, for statements about all that match.
    var condition: SQL { among(candidates, FilterSQL(tenantID: tenantID, now: now, periods: periods).condition(filter.root)) }

    /// The same for statements that look at contacts one by one until there are enough.
    var lookups: SQL {
        among(candidates, FilterSQL(tenantID: tenantID, now: now, looksUpEach: true, periods: periods).condition(filter.root))
    }

    /// Something that all who match belong to, through which they can be walked in the order of age.
    var membershipByAge: MembershipByAge? {
        filter.root.required.lazy.compactMap { MembershipByAge($0, tenantID: tenantID, periods: periods) }.first
    }

    /// Everything of that kind.
    private var membershipsByAge: [MembershipByAge] {
        filter.root.required.compactMap { MembershipByAge($0, tenantID: tenantID, periods: periods) }
    }

    /// Those who were ever written to, if nobody else can match: an import of yesterday need not be walked through.
    var mailedByAge: MembershipByAge? {
        filter.root.required.lazy.compactMap { MembershipByAge.mailed($0, tenantID: tenantID) }.first
    }

    /// The same without a condition that is looked for otherwise.
    func without(_ condition: FilterCondition) -> RecipientSearch {
        var rest = RecipientSearch(
            tenantID: tenantID,
            filter: RecipientFilter(root: filter.root.without(condition)),
            now: now,
            periods: periods
        )
        rest.candidates = candidates
        return rest
    }

    private func among(_ candidates: [UUID]?, _ condition: SQL) -> SQL {
        guard let candidates else { return condition }
        return "c.id = ANY (\(candidates)::uuid[]) AND \(sql: condition)"
    }

    /// The same with the contacts looked up that have the rarest of what is asked for.
    func narrowed(on connection: PostgresConnection) async throws -> RecipientSearch {
        guard !isNarrowed else { return self }
        var narrowed = self
        narrowed.isNarrowed = true
        for lookup in filter.root.required.compactMap(lookup) {
            let rows = try await connection.query("SELECT ARRAY(\(sql: lookup)) AS ids")
            let ids: [UUID] = try rows.one { try $0.get("ids") }
            if ids.count <= Self.mostCandidates, ids.count < narrowed.candidates?.count ?? .max { narrowed.candidates = ids }
            if ids.isEmpty { break }
        }
        return narrowed
    }

    /// The same with what belongs to two memberships, where none of them is rare: they may have nothing in common.
    func intersected(on connection: PostgresConnection) async throws -> RecipientSearch {
        var narrowed = try await narrowed(on: connection)
        let memberships = membershipsByAge
        guard narrowed.candidates == nil, memberships.count > 1 else { return narrowed }
        let ids = try await MembershipByAge.common(to: memberships[0], memberships[1], most: Self.mostCandidates + 1, on: connection)
        if let ids, ids.count <= Self.mostCandidates { narrowed.candidates = ids }
        return narrowed
    }

    /// The statement that finds the contacts of a condition from its own side: in a list, a campaign, the index of words.
    private func lookup(_ condition: FilterCondition) -> SQL? {
        let most = Self.mostCandidates + 1
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
            guard text.unicodeScalars.count >= Self.shortestPart else { return nil }
            return "SELECT * FROM comm_contacts_containing(\(text)::text, \(most))"
        case (.attribute(let key), .is, .text(let text)) where !key.contains("."):
            return "SELECT * FROM comm_contacts_with_term(\(Self.terms(key, [text]))::text[], \(most))"
        case (.attribute(let key), .anyOf, .texts(let texts)) where !key.contains("."):
            return "SELECT * FROM comm_contacts_with_term(\(Self.terms(key, texts))::text[], \(most))"
        case (.named(.tags), .anyOf, .texts(let tags)):
            return "SELECT contact_id FROM contact_tags WHERE tenant_id = \(tenantID) AND tag = ANY (\(tags)::text[]) LIMIT \(most)"
        case (.named(let name), .anyOf, .ids(let ids)):
            return MembershipFilterSQL(tenantID: tenantID, of: name, periods: periods).members(of: ids, most: most)
        default:
            return nil
        }
    }

    /// As the index has them: a value's first hundred characters.
    private static func terms(_ key: String, _ values: [String]) -> [String] {
        values.map { key + "=" + String(String.UnicodeScalarView($0.unicodeScalars.prefix(100))) }
    }

    // MARK: Counting

    /// Counts if that is quick, else tells what is likely.
    func count(on connection: PostgresConnection) async throws -> RecipientTotal {
        let search = try await narrowed(on: connection)
        if isOneMembership, let known = search.candidates?.count, known > Self.countedAtOnce {
            return RecipientTotal(count: Int64(known), isEstimate: true)
        }
        if search.candidates == nil, !isOneMembership, filter.root.conditions.contains(where: isOpaque) {
            return try await sampled(on: connection)
        }
        let limited = search.countStatement("true", upTo: Self.countedExactly + 1)
        let plan = try await PlanEstimate.of(limited, on: connection)
        if isOneMembership, search.candidates == nil {
            return RecipientTotal(count: max(plan.rows, Int64(Self.mostCandidates) + 1), isEstimate: true)
        }
        if plan.cost > Self.countingCost || plan.rows > Int64(Self.countedExactly * Self.certainlyMore) {
            return RecipientTotal(count: plan.rows, isEstimate: true)
        }
        let counted: Int64 = try await connection.query(limited).one { try $0.get("n") }
        if counted <= Self.countedExactly { return RecipientTotal(count: counted, isEstimate: false) }
        return RecipientTotal(count: max(counted, plan.rows), isEstimate: true)
    }

    /// Whether nothing else is asked for than to belong to one list, campaign or tag.
    private var isOneMembership: Bool {
        filter.root.conditions.count == 1 && membershipByAge != nil
    }

    /// Whether the planner knows nothing of how many contacts match, or would count them in a way that takes seconds.
    private func isOpaque(_ condition: FilterCondition) -> Bool {
        switch (condition.field, condition.comparison) {
        case (.attribute, _), (.named(.listCount), _): true
        case (.named(.lists), _), (.named(.campaignReceived), _), (.named(.campaignOpened), _), (.named(.campaignClicked), _):
            condition.comparison == .noneOf || !filter.root.required.contains(condition)
        case (_, .contains), (_, .notContains), (_, .startsWith), (_, .endsWith): true
        default: false
        }
    }

    /// Counts among so many contacts, and takes the rest for like them.
    private func sampled(on connection: PostgresConnection) async throws -> RecipientTotal {
        let row = try await connection.query(
            """
            SELECT count(*) AS looked_at, count(*) FILTER (WHERE \(sql: lookups)) AS n
              FROM (SELECT * FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL LIMIT \(Self.sampleSize)) c
            """
        )
        let (lookedAt, matching): (Int64, Int64) = try row.one { (try $0.get("looked_at"), try $0.get("n")) }
        guard lookedAt == Self.sampleSize else { return RecipientTotal(count: matching, isEstimate: false) }
        let all = RecipientSearch(tenantID: tenantID, filter: .all, now: now)
        let plan = try await PlanEstimate.of(all.countStatement("true", upTo: Self.countedExactly), on: connection)
        let share = Double(matching) / Double(lookedAt)
        return RecipientTotal(count: Int64((share * Double(max(plan.rows, lookedAt))).rounded()), isEstimate: true)
    }

    /// Counts those of a range, and stops at a number.
    func countStatement(_ range: SQL, upTo most: Int) -> SQL {
        """
        SELECT count(*) AS n FROM (SELECT FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL AND \(sql: range)
                                      AND \(sql: condition) LIMIT \(most)) counted
        """
    }
}
