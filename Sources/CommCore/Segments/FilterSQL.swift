import FoundationEssentials
import Postgres

/// Translates a rule tree to SQL about a contact under the alias `c`.
///
/// Pure: the same tree gives the same text. What is unknown (NULL) is not true, and stays so under NOT, since every negation is
/// written `IS NOT TRUE`.
struct FilterSQL {
    let tenantID: UUID
    let now: Date
    /// Looks up what a contact belongs to for each contact by itself, instead of joining: for a page, which looks at few contacts, the
    /// planner cannot choose anything worse.
    var looksUpEach = false
    /// When the campaigns ran that are asked for, where that is known beforehand.
    var periods: CampaignPeriods?

    func condition(_ node: FilterNode) -> SQL {
        switch node {
        case .and(let nodes): Self.group(nodes.map(condition), " AND ", empty: "true")
        case .or(let nodes): Self.group(nodes.map(condition), " OR ", empty: "false")
        case .not(.condition(let one)) where one.comparison == .anyOf && [.ids, .words].contains(one.field.type):
            condition(FilterCondition(one.field, .noneOf, one.value))
        case .not(let node): Self.negation(condition(node))
        case .condition(let condition): self.condition(condition)
        }
    }

    func condition(_ condition: FilterCondition) -> SQL {
        switch condition.field {
        case .attribute(let key): AttributeFilterSQL(key: key).condition(condition.comparison, condition.value)
        case .named(let name): named(name, condition.comparison, condition.value)
        }
    }

    private func named(_ name: FilterField.Name, _ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        switch name {
        case .email: TextFilterSQL(column: "c.email_norm", isLowered: true).condition(comparison, value)
        case .emailDomain: TextFilterSQL(column: "c.email_domain", isLowered: true).condition(comparison, value)
        case .name: TextFilterSQL(column: "c.name").condition(comparison, value)
        case .phone: TextFilterSQL(column: "c.phone").condition(comparison, value)
        case .identityName: TextFilterSQL(column: "c.identity_name").condition(comparison, value)
        case .identityType: TextFilterSQL(column: "c.identity_type").condition(comparison, value)
        case .status: TextFilterSQL(column: "c.computed_status").condition(comparison, value)
        case .contactStatus: TextFilterSQL(column: "c.status").condition(comparison, value)
        case .engagement: TextFilterSQL(column: "c.engagement_level").condition(comparison, value)
        case .suppressionReason: TextFilterSQL(column: "c.suppression_reason").condition(comparison, value)
        case .language: TextFilterSQL(column: "c.language").condition(comparison, value)
        case .source: TextFilterSQL(column: "c.source").condition(comparison, value)
        case .consentSource: TextFilterSQL(column: "c.consent_source").condition(comparison, value)
        case .search: search(comparison, value)
        case .tags: tags(comparison, value)
        case .lists, .campaignReceived, .campaignOpened, .campaignClicked:
            MembershipFilterSQL(tenantID: tenantID, of: name, periods: periods, fence: fence).condition(comparison, value)
        case .suppressed: Self.flag("c.suppression_reason IS NOT NULL", value)
        case .consent: Self.flag("c.consent_given_at IS NOT NULL", value)
        case .quality: Self.number("c.quality_index", comparison, value)
        case .sentCount: Self.number("c.sent_count", comparison, value)
        case .deliveredCount: Self.number("c.delivered_count", comparison, value)
        case .openedCount: Self.number("c.opened_count", comparison, value)
        case .clickedCount: Self.number("c.clicked_count", comparison, value)
        case .listCount: Self.number(Self.listCount(tenantID), comparison, value)
        case .suppressedAt: date("c.suppressed_at", comparison, value)
        case .lastSent: date("c.last_sent_at", comparison, value)
        case .lastDelivered: date("c.last_delivered_at", comparison, value)
        case .lastOpened: date("c.last_opened_at", comparison, value)
        case .lastClicked: date("c.last_clicked_at", comparison, value)
        case .lastEngagement: date("c.last_engagement_at", comparison, value)
        case .lastCampaignActivity: date("c.last_campaign_activity", comparison, value)
        case .consentGiven: date("c.consent_given_at", comparison, value)
        case .created: created(comparison, value)
        case .updated: date("c.updated_at", comparison, value)
        }
    }

    /// How many lists a contact is an active member of.
    static func listCount(_ tenantID: UUID) -> SQL {
        """
        (SELECT count(*) FROM list_contacts m JOIN lists l ON l.tenant_id = m.tenant_id AND l.id = m.list_id AND l.deleted_at IS NULL
          WHERE m.tenant_id = \(tenantID) AND m.contact_id = c.id AND m.status = 'active')
        """
    }

    /// A subquery with it is not made a join.
    private var fence: SQL { looksUpEach ? " OFFSET 0" : "" }

    private func search(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        let columns = ["c.email_norm", "c.name", "c.identity_name"] as [SQL]
        let (positive, isNegated): (FilterOperator, Bool) =
            switch comparison {
            case .isNot: (.is, true)
            case .notContains: (.contains, true)
            case .noneOf: (.anyOf, true)
            case .isNotEmpty: (.isEmpty, true)
            default: (comparison, false)
            }
        let parts = columns.map { TextFilterSQL(column: $0).condition(positive, value) }
        let found = Self.group(parts, positive == .isEmpty ? " AND " : " OR ", empty: "false")
        return isNegated ? Self.negation(found) : found
    }

    private func tags(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        if comparison == .isEmpty { return "c.tags = '{}'" }
        if comparison == .isNotEmpty { return "c.tags <> '{}'" }
        guard case .texts(let tags) = value else { return "false" }
        func has(_ condition: SQL) -> SQL {
            """
            EXISTS (SELECT FROM contact_tags t
                     WHERE t.tenant_id = \(tenantID) AND t.contact_id = c.id AND t.tag \(sql: condition)\(sql: fence))
            """
        }
        switch comparison {
        case .allOf: return Self.group(Set(tags).sorted().map { has("= \($0)") }, " AND ", empty: "true")
        case .noneOf: return "NOT " + has("= ANY (\(tags)::text[])")
        default: return has(tags.count == 1 ? "= \(tags[0])" : "= ANY (\(tags)::text[])")
        }
    }

    private static func flag(_ holds: SQL, _ value: FilterValue) -> SQL {
        value == .flag(true) ? "(\(sql: holds))" : negation(holds)
    }

    /// All of these are whole numbers, and asked for as such: an index has no fractions.
    private static func number(_ column: SQL, _ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        func whole(_ number: Double) -> Int64 { Int64(exactly: number) ?? (number < 0 ? .min : .max) }
        if case .numbers(let low, let high) = value {
            return "\(sql: column) BETWEEN \(whole(low.rounded(.up))) AND \(whole(high.rounded(.down)))"
        }
        guard case .number(let number) = value else { return "false" }
        let isWhole = number == number.rounded()
        return switch comparison {
        case .isNot: isWhole ? "\(sql: column) IS DISTINCT FROM \(whole(number))" : "true"
        case .lessThan: "\(sql: column) < \(whole(number.rounded(.up)))"
        case .atMost: "\(sql: column) <= \(whole(number.rounded(.down)))"
        case .moreThan: "\(sql: column) > \(whole(number.rounded(.down)))"
        case .atLeast: "\(sql: column) >= \(whole(number.rounded(.up)))"
        default: isWhole ? "\(sql: column) = \(whole(number))" : "false"
        }
    }

    private func date(_ column: SQL, _ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        switch (comparison, value) {
        case (.isEmpty, _): "\(sql: column) IS NULL"
        case (.isNotEmpty, _): "\(sql: column) IS NOT NULL"
        case (.before, .date(let date)): "\(sql: column) < \(date.start)"
        case (.after, .date(let date)): date.isDay ? "\(sql: column) >= \(date.end)" : "\(sql: column) > \(date.start)"
        case (_, .dates(let low, let high)):
            high.isDay
                ? "(\(sql: column) >= \(low.start) AND \(sql: column) < \(high.end))"
                : "(\(sql: column) >= \(low.start) AND \(sql: column) <= \(high.start))"
        case (.inLastDays, .days(let days)): "\(sql: column) > \(since(days))"
        case (.notInLastDays, .days(let days)): Self.negation("\(sql: column) > \(since(days))")
        default: "false"
        }
    }

    /// The id is of the same millisecond, give or take a rounding, and the primary key has it.
    private func created(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        let (from, to): (Date?, Date?) =
            switch (comparison, value) {
            case (.before, .date(let date)): (nil, date.start)
            case (.after, .date(let date)): (date.end, nil)
            case (_, .dates(let low, let high)): (low.start, high.end)
            case (.inLastDays, .days(let days)): (since(days), nil)
            case (.notInLastDays, .days(let days)): (nil, since(days))
            default: (nil, nil)
            }
        var parts = [date("c.created_at", comparison, value)]
        if let from { parts.append("c.id >= \(UUIDv7.bounds(of: from.addingTimeInterval(-0.001)).first)") }
        if let to { parts.append("c.id <= \(UUIDv7.bounds(of: to.addingTimeInterval(0.001)).last)") }
        return Self.group(parts, " AND ", empty: "true")
    }

    private func since(_ days: Int) -> Date {
        now.addingTimeInterval(-86_400 * Double(days))
    }

    static func negation(_ condition: SQL) -> SQL {
        "((\(sql: condition)) IS NOT TRUE)"
    }

    static func group(_ parts: [SQL], _ separator: String, empty: SQL) -> SQL {
        guard let first = parts.first else { return empty }
        return parts.count == 1 ? first : "(" + SQL.joined(parts, separator: separator) + ")"
    }
}
