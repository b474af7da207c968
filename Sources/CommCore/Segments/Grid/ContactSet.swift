import FoundationEssentials
import Postgres

/// The contacts that one condition holds for, found from their own side instead of by looking at every contact: members of a list,
/// recipients of a campaign, those with a tag, a status, a word.
///
/// Most have an index in the order of ids, which is that of age, and from which alone they are read. Deleted contacts may be among them, and
/// members of deleted lists: who really belongs is for the filter to say.
struct ContactSet: Sendable {
    private enum Kind {
        case lists([UUID])
        case received([UUID])
        case reacted([UUID], type: String)
        case tags([String])
        /// One value of a column.
        case value(column: SQL, String)
        case containing(String)
        case terms([String])
        /// What an index of contacts answers by itself, in another order.
        case indexed(SQL)
    }

    /// The shortest part of a text for which a trigram index helps.
    private static let shortestPart = 3

    private let kind: Kind
    private let tenantID: UUID
    private let periods: CampaignPeriods?
    /// What holds for them.
    let condition: FilterCondition

    /// Nil where only the contacts themselves can tell.
    init?(_ condition: FilterCondition, tenantID: UUID, periods: CampaignPeriods?) {
        let kind: Kind? =
            switch condition.field {
            case .attribute(let key): Self.attribute(key, condition)
            case .named(let name): Self.column(name, condition) ?? Self.named(name, condition)
            }
        guard let kind else { return nil }
        self.kind = kind
        self.condition = condition
        self.tenantID = tenantID
        self.periods = periods
    }

    /// Contacts of a range of times or numbers; nil for every other condition.
    ///
    /// They are no reason to look for sets: the planner knows how many they are, and finds them. What else belongs to a set need not be looked
    /// up in the contacts for them.
    static func indexed(_ condition: FilterCondition, tenantID: UUID, now: Date) -> ContactSet? {
        let isAnswered: Bool =
            switch (condition.field, condition.comparison, condition.value) {
            case (.named(.suppressed), _, .flag(let flag)): flag
            case (.named(.sentCount), .atLeast, .number(let number)), (.named(.openedCount), .atLeast, .number(let number)),
                (.named(.clickedCount), .atLeast, .number(let number)):
                number >= 1
            default: MailedContacts.haveAll(of: condition)
            }
        guard isAnswered else { return nil }
        return ContactSet(.indexed(FilterSQL(tenantID: tenantID, now: now).condition(condition)), condition, tenantID: tenantID)
    }

    private init(_ kind: Kind, _ condition: FilterCondition, tenantID: UUID) {
        self.kind = kind
        self.condition = condition
        self.tenantID = tenantID
        periods = nil
    }

    private static func named(_ name: FilterField.Name, _ condition: FilterCondition) -> Kind? {
        switch (name, condition.comparison, condition.value) {
        case (.lists, .anyOf, .ids(let ids)): .lists(ids)
        case (.campaignReceived, .anyOf, .ids(let ids)): .received(ids)
        case (.campaignOpened, .anyOf, .ids(let ids)): .reacted(ids, type: "opened")
        case (.campaignClicked, .anyOf, .ids(let ids)): .reacted(ids, type: "clicked")
        case (.tags, .anyOf, .texts(let tags)): .tags(tags)
        case (.email, .contains, .text(let text)), (.email, .startsWith, .text(let text)), (.email, .endsWith, .text(let text)),
            (.name, .contains, .text(let text)), (.name, .startsWith, .text(let text)), (.name, .endsWith, .text(let text)),
            (.phone, .contains, .text(let text)), (.phone, .startsWith, .text(let text)), (.phone, .endsWith, .text(let text)),
            (.phone, .is, .text(let text)), (.identityName, .contains, .text(let text)), (.identityName, .startsWith, .text(let text)),
            (.identityName, .endsWith, .text(let text)), (.identityName, .is, .text(let text)), (.search, .contains, .text(let text)),
            (.search, .startsWith, .text(let text)), (.search, .endsWith, .text(let text)):
            text.unicodeScalars.count >= shortestPart ? .containing(text) : nil
        default: nil
        }
    }

    /// A column that has an index in the order of age for each of its values.
    private static func column(_ name: FilterField.Name, _ condition: FilterCondition) -> Kind? {
        let column: SQL? =
            switch name {
            case .status: "computed_status"
            case .engagement: "engagement_level"
            case .emailDomain: "email_domain"
            case .language: "language"
            case .source: "source"
            case .suppressionReason: "suppression_reason"
            default: nil
            }
        guard let column else { return nil }
        let value = { (text: String) in Kind.value(column: column, name == .emailDomain ? text.lowercased() : text) }
        return switch (condition.comparison, condition.value) {
        case (.is, .text(let text)): value(text)
        case (.anyOf, .texts(let texts)) where texts.count == 1: value(texts[0])
        default: nil
        }
    }

    /// As the index has them: a value's first hundred characters.
    private static func attribute(_ key: String, _ condition: FilterCondition) -> Kind? {
        guard !key.contains(".") else { return nil }
        let term = { (value: String) in key + "=" + String(String.UnicodeScalarView(value.unicodeScalars.prefix(100))) }
        return switch (condition.comparison, condition.value) {
        case (.is, .text(let text)): .terms([term(text)])
        case (.anyOf, .texts(let texts)): .terms(texts.map(term))
        default: nil
        }
    }

    /// Whether an index has them in the order of age.
    var isOrdered: Bool {
        switch kind {
        case .lists(let ids), .received(let ids), .reacted(let ids, _): ids.count == 1
        case .tags(let tags): tags.count == 1
        case .value: true
        case .containing, .terms, .indexed: false
        }
    }

    /// Whether they are the contacts with one value of a column, of which the planner itself knows how many there are.
    var isColumn: Bool { columnValue != nil }

    /// The value, where they are the contacts with one value of a column.
    var columnValue: String? {
        guard case .value(_, let value) = kind else { return nil }
        return value
    }

    /// A column that is never empty, and its value.
    var value: (column: SQL, value: String)? {
        guard case .value(let column, let value) = kind else { return nil }
        guard [.named(.status), .named(.engagement)].contains(condition.field) else { return nil }
        return (column, value)
    }

    /// How many there are in the planner's eyes, where it could not tell from a statement with their source.
    func estimate(on connection: PostgresConnection) async throws -> Int64? {
        let estimate: SQL
        switch kind {
        case .containing(let text): estimate = "comm_estimate_containing(\(text)::text)"
        case .terms(let terms): estimate = "comm_estimate_with_term(\(terms)::text[])"
        default: return nil
        }
        return try await connection.query("SELECT \(sql: estimate) AS n").one { try $0.get("n") }
    }

    /// Any of them, at most so many.
    func any(_ most: Int) -> SQL {
        switch kind {
        // Told beforehand, the index need not be searched for more.
        case .containing(let text): "SELECT * FROM comm_contacts_containing(\(text)::text, \(most))"
        case .terms(let terms): "SELECT * FROM comm_contacts_with_term(\(terms)::text[], \(most))"
        default: "SELECT DISTINCT contact_id FROM \(sql: source(.whole)) LIMIT \(most)"
        }
    }

    /// The next contacts that belong to all of the sets.
    ///
    /// Where they are ordered, each is read in its order, and only until there are enough.
    static func common(
        _ sets: [ContactSet],
        _ range: ContactRange,
        most: Int,
        on connection: PostgresConnection
    ) async throws -> [UUID] {
        // The planner cannot know that they may have nothing in common, and what does not walk in order would read one of them as a whole, or
        // look up each member of a set that it thinks to be small.
        let avoided = sets.allSatisfy(\.isOrdered) ? ["enable_hashjoin", "enable_nestloop"] : ["enable_nestloop"]
        for name in avoided { _ = try await connection.query("SELECT set_config(\(name), 'off', true)") }
        let rows = try await connection.query("SELECT ARRAY(\(sql: statement(sets, range, most: most))) AS ids")
        let ids: [UUID] = try rows.one { try $0.get("ids") }
        for name in avoided { _ = try await connection.query("SELECT set_config(\(name), 'on', true)") }
        return ids
    }

    static func statement(_ sets: [ContactSet], _ range: ContactRange, most: Int) -> SQL {
        "SELECT DISTINCT contact_id FROM \(sql: joined(sets, range)) ORDER BY contact_id \(sql: range.order) LIMIT \(most)"
    }

    /// Those of these contacts that belong to all of the sets; the planner knows how many they are, and chooses.
    static func common(_ sets: [ContactSet], of contacts: [UUID], on connection: PostgresConnection) async throws -> [UUID] {
        try await connection.query(
            """
            SELECT ARRAY(SELECT DISTINCT contact_id FROM (SELECT unnest(\(contacts)::uuid[]) AS contact_id) known
                           JOIN \(sql: joined(sets, .whole)) USING (contact_id)) AS ids
            """
        ).one { try $0.get("ids") }
    }

    private static func joined(_ sets: [ContactSet], _ range: ContactRange) -> SQL {
        let sources = sets.enumerated().map { number, set -> SQL in
            "(SELECT contact_id FROM \(sql: set.source(range))) s\(raw: String(number))\(raw: number == 0 ? "" : " USING (contact_id)")"
        }
        return SQL.joined(sources, separator: " JOIN ")
    }

    /// What stands behind `FROM`, with a column `contact_id`.
    private func source(_ range: ContactRange) -> SQL {
        switch kind {
        case .lists(let ids):
            "list_contacts WHERE tenant_id = \(tenantID) AND list_id \(sql: MembershipFilterSQL.any(ids))\(sql: range.rest("contact_id"))"
        case .received(let ids):
            """
            delivery_events WHERE tenant_id = \(tenantID) AND campaign_id \(sql: MembershipFilterSQL.any(ids)) AND contact_id IS NOT NULL
               AND outcome = 'sent' AND \(sql: periods?.condition("created_at", ids) ?? "true")\(sql: range.rest("contact_id"))
            """
        case .reacted(let ids, let type):
            """
            email_events e WHERE tenant_id = \(tenantID) AND campaign_id \(sql: MembershipFilterSQL.any(ids)) AND contact_id IS NOT NULL
               AND type = '\(raw: type)' AND \(sql: MembershipFilterSQL.isByPerson)
               AND \(sql: periods?.condition("bucket_at", ids) ?? "true")\(sql: range.rest("contact_id"))
            """
        case .tags(let tags):
            """
            contact_tags WHERE tenant_id = \(tenantID) AND tag \(sql: tags.count == 1 ? "= \(tags[0])" : "= ANY (\(tags)::text[])")\
            \(sql: range.rest("contact_id"))
            """
        case .value(let column, let value):
            """
            (SELECT id AS contact_id FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL AND \(sql: column) = \(value)\
            \(sql: range.rest("id"))) c
            """
        case .indexed(let condition):
            """
            (SELECT c.id AS contact_id FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL AND \(sql: condition)\
            \(sql: range.rest("c.id"))) c
            """
        case .containing(let text):
            "comm_contacts_containing(\(text)::text, \(Int64.max)) AS f(contact_id) WHERE true\(sql: range.rest("contact_id"))"
        case .terms(let terms):
            "comm_contacts_with_term(\(terms)::text[], \(Int64.max)) AS f(contact_id) WHERE true\(sql: range.rest("contact_id"))"
        }
    }
}
