import FoundationEssentials
import Postgres

/// A filter at one moment, and what has been learnt about who can match it.
struct RecipientSearch: Sendable {
    /// Up to so many are counted one by one.
    private static let countedExactly = 10_000
    /// Up to so many known ones are looked at one by one.
    private static let countedAtOnce = 2_500
    /// What counting may cost, in the planner's units: some 30 ms.
    private static let countingCost = 12_000.0
    /// Counting that many times more than is counted exactly would only end in the estimate.
    private static let certainlyMore: Int64 = 5
    /// Contacts that are looked at where the planner knows nothing.
    private static let sampleSize = 5_000
    /// The same of those that are known, which are anywhere.
    private static let knownSampleSize = 1_000

    let tenantID: UUID
    let filter: RecipientFilter
    let now: Date
    let limits: SearchLimits
    /// The only contacts that can match, where they are known.
    private(set) var candidates: [UUID]?
    /// Whether everything that finds contacts has found these.
    private var isCommon = false
    /// Whether they were looked for.
    private var isNarrowed = false
    /// How many contacts there are in the largest set that was not looked up, since they are many.
    private var many: Int64?
    private let periods: CampaignPeriods?

    init(tenantID: UUID, filter: RecipientFilter, now: Date, limits: SearchLimits = SearchLimits(), periods: CampaignPeriods? = nil) {
        self.tenantID = tenantID
        self.filter = filter
        self.now = now
        self.limits = limits
        self.periods = periods
    }

    /// A search that knows when the campaigns ran that it asks for.
    static func prepared(
        tenantID: UUID,
        filter: RecipientFilter,
        now: Date,
        limits: SearchLimits = SearchLimits(),
        on connection: PostgresConnection
    ) async throws -> RecipientSearch {
        let periods = try await CampaignPeriods(of: filter, tenantID: tenantID, on: connection)
        return RecipientSearch(tenantID: tenantID, filter: filter, now: now, limits: limits, periods: periods)
    }

    /// Whether the contacts are known that can match.
    var isNarrow: Bool { candidates != nil }

    /// The filter on a contact `c`, for statements about all that match.
    var condition: SQL { among(candidates, FilterSQL(tenantID: tenantID, now: now, periods: periods).condition(filter.root)) }

    /// The same for statements that look at contacts one by one until there are enough.
    var lookups: SQL {
        among(candidates, FilterSQL(tenantID: tenantID, now: now, looksUpEach: true, periods: periods).condition(filter.root))
    }

    /// What all who match belong to, and can be found by.
    var sets: [ContactSet] {
        filter.root.required.compactMap { ContactSet($0, tenantID: tenantID, periods: periods) }
    }

    /// What an index answers besides, where there are such sets.
    private var indexed: [ContactSet] {
        filter.root.required.compactMap { ContactSet.indexed($0, tenantID: tenantID, now: now) }
    }

    /// Whether members of a list or campaign are left out.
    var excludesMembers: Bool {
        filter.root.required.contains { $0.comparison == .noneOf && $0.field.type == .ids }
    }

    /// Whether two values are asked for where there is only one.
    var isContradictory: Bool {
        let columns = sets.filter(\.isColumn)
        return columns.contains { one in
            columns.contains { $0.condition.field == one.condition.field && $0.columnValue != one.columnValue }
        }
    }

    /// Whether nothing else is asked for than to belong to them.
    private var isOnlySets: Bool { filter.root.conditions.count == sets.count }

    /// Whether nobody can match who was never written to.
    var isOfMailed: Bool { filter.root.required.contains(where: MailedContacts.haveAll) }

    /// The same without a condition that is looked for otherwise.
    func without(_ condition: FilterCondition) -> RecipientSearch {
        var rest = RecipientSearch(
            tenantID: tenantID,
            filter: RecipientFilter(root: filter.root.without(condition)),
            now: now,
            limits: limits,
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
        // The planner itself knows how many have one value of a column, and finds them.
        for set in sets where !set.isColumn || sets.count > 1 {
            let most = set.isOrdered ? limits.mostOrdered : limits.mostCandidates
            if let estimate = try await set.estimate(on: connection), estimate > most {
                narrowed.many = max(narrowed.many ?? 0, estimate)
                continue
            }
            let rows = try await connection.query("SELECT ARRAY(\(sql: set.any(most + 1))) AS ids")
            let ids: [UUID] = try rows.one { try $0.get("ids") }
            if ids.count <= most, ids.count < narrowed.candidates?.count ?? .max { narrowed.candidates = ids }
            if ids.isEmpty { break }
        }
        return narrowed
    }

    /// The same with those of the candidates that are in all sets which an index can tell.
    func narrowedByOrder(on connection: PostgresConnection) async throws -> RecipientSearch {
        let ordered = sets.filter(\.isOrdered)
        guard let candidates, !candidates.isEmpty, !ordered.isEmpty else { return self }
        var search = self
        search.candidates = try await ContactSet.common(ordered, of: candidates, on: connection)
        return search
    }

    /// Everything that finds contacts by itself, if it is worth to be found as a whole; empty if what is asked for besides is rare.
    func wholeSets(on connection: PostgresConnection) async throws -> [ContactSet] {
        let all = sets + indexed
        guard !sets.isEmpty, !all.allSatisfy(\.isOrdered), many ?? 0 <= limits.mostAtOnce else { return [] }
        let rest = sets.filter { !$0.isOrdered }.reduce(self) { $0.without($1.condition) }
        let besides = try await PlanEstimate.of(rest.countStatement("true", upTo: Self.countedExactly), on: connection)
        return besides.rows > limits.fewBesides ? all : []
    }

    /// The same with what all sets have in common.
    func found(_ contacts: [UUID]) -> RecipientSearch {
        var search = self
        search.candidates = contacts
        search.isNarrowed = true
        search.isCommon = true
        return search
    }

    // MARK: Counting

    /// Counts if that is quick, else tells what is likely.
    func count(on connection: PostgresConnection) async throws -> RecipientTotal {
        let search = try await narrowed(on: connection)
        if let candidates = search.candidates, candidates.count > Self.countedAtOnce {
            if isOnlySets, search.isCommon || sets.count == 1 { return RecipientTotal(count: Int64(candidates.count), isEstimate: true) }
            return try await search.sampled(candidates, on: connection)
        }
        if search.candidates == nil, filter.root.conditions.count == 1, let many = search.many {
            return RecipientTotal(count: many, isEstimate: true)
        }
        if search.candidates == nil, isOneMembership {
            let most = limits.mostCandidates + 1
            let rows = try await connection.query("SELECT count(*) AS n FROM (\(sql: sets[0].any(most))) counted")
            let counted: Int64 = try rows.one { try $0.get("n") }
            if counted < most { return RecipientTotal(count: counted, isEstimate: true) }
            return RecipientTotal(count: max(counted, try await expected(on: connection).count), isEstimate: true)
        }
        if search.candidates == nil, isOnlySets, sets.count > 1 { return try await expected(on: connection) }
        if search.candidates == nil, filter.root.conditions.contains(where: isOpaque) { return try await sampled(on: connection) }
        let limited = search.countStatement("true", upTo: Self.countedExactly + 1)
        let plan = try await PlanEstimate.of(limited, on: connection)
        if plan.cost > Self.countingCost || plan.rows > Int64(Self.countedExactly) * Self.certainlyMore {
            return RecipientTotal(count: plan.rows, isEstimate: true)
        }
        let counted: Int64 = try await connection.query(limited).one { try $0.get("n") }
        if counted <= Self.countedExactly { return RecipientTotal(count: counted, isEstimate: false) }
        return RecipientTotal(count: max(counted, plan.rows), isEstimate: true)
    }

    /// What is likely where sets have many contacts in common: that one says nothing of another.
    private func expected(on connection: PostgresConnection) async throws -> RecipientTotal {
        let all = RecipientSearch(tenantID: tenantID, filter: .all, now: now)
        let everybody = max(1, try await PlanEstimate.of(all.countStatement("true", upTo: 1), on: connection).rows)
        var expected = Double(everybody)
        for set in sets {
            let size: Int64
            if let estimate = try await set.estimate(on: connection) {
                size = estimate
            } else {
                size = try await PlanEstimate.of(set.any(1), on: connection).rows
            }
            expected *= min(1, Double(size) / Double(everybody))
        }
        return RecipientTotal(count: Int64(expected.rounded()), isEstimate: true)
    }

    /// Whether nothing else is asked for than to belong to one list, campaign or tag.
    private var isOneMembership: Bool {
        isOnlySets && sets.count == 1 && sets[0].isOrdered && !sets[0].isColumn
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

    /// Counts among some of the candidates, and takes the rest for like them.
    private func sampled(_ candidates: [UUID], on connection: PostgresConnection) async throws -> RecipientTotal {
        let step = max(1, candidates.count / Self.knownSampleSize)
        var sample = self
        let some = stride(from: 0, to: candidates.count, by: step).map { candidates[$0] }
        sample.candidates = some
        let matching: Int64 = try await connection.query(sample.countStatement("true", upTo: some.count)).one { try $0.get("n") }
        let share = Double(matching) / Double(some.count)
        return RecipientTotal(count: Int64((share * Double(candidates.count)).rounded()), isEstimate: true)
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
