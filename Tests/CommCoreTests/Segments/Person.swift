import Foundation
import Postgres

@testable import CommCore

/// A contact in memory, and what a filter says of it: the same rules as the SQL, written anew.
struct Person {
    let id: UUID
    var email: String
    var name: String?
    var phone: String?
    var identityType: String?
    var identityName: String?
    var language: String?
    var source = "api"
    var tags: [String] = []
    var attributes: [String: AttributeValue] = [:]
    var status = "active"
    var suppression: String?
    var suppressedAt: Date?
    var quality = 50
    var sent = 0
    var delivered = 0
    var opened = 0
    var clicked = 0
    var level = "none"
    var lastSent: Date?
    var lastDelivered: Date?
    var lastOpened: Date?
    var lastClicked: Date?
    var lastEngagement: Date?
    var consentGiven: Date?
    var consentSource: String?
    var created: Date
    var lists: Set<UUID> = []
    var received: Set<UUID> = []
    var openedCampaigns: Set<UUID> = []
    var clickedCampaigns: Set<UUID> = []

    var computedStatus: String {
        if status == "complained" || suppression == "complaint" { return "complained" }
        switch suppression {
        case "unsubscribe": return "unsubscribed"
        case "bounce": return "bounced"
        case nil: break
        default: return "suppressed"
        }
        if status != "active" { return status }
        return clicked > 0 ? "engaged" : delivered > 0 ? "delivered" : sent > 0 ? "sent" : "new"
    }

    func matches(_ node: FilterNode, now: Date) -> Bool {
        switch node {
        case .and(let nodes): nodes.allSatisfy { matches($0, now: now) }
        case .or(let nodes): nodes.contains { matches($0, now: now) }
        case .not(let node): !matches(node, now: now)
        case .condition(let condition): matches(condition, now: now)
        }
    }

    private func matches(_ condition: FilterCondition, now: Date) -> Bool {
        let (comparison, value) = (condition.comparison, condition.value)
        guard case .named(let name) = condition.field else { return attribute(condition) }
        switch name {
        case .email: return text(email, comparison, value, lowered: true)
        case .emailDomain: return text(email.split(separator: "@").last.map(String.init), comparison, value, lowered: true)
        case .name: return text(self.name, comparison, value)
        case .phone: return text(phone, comparison, value)
        case .identityType: return text(identityType, comparison, value)
        case .identityName: return text(identityName, comparison, value)
        case .status: return text(computedStatus, comparison, value)
        case .contactStatus: return text(status, comparison, value)
        case .engagement: return text(level, comparison, value)
        case .suppressionReason: return text(suppression, comparison, value)
        case .language: return text(language, comparison, value)
        case .source: return text(source, comparison, value)
        case .consentSource: return text(consentSource, comparison, value)
        case .search: return search(comparison, value)
        case .tags: return set(tags, comparison, value)
        case .lists: return ids(lists, comparison, value)
        case .campaignReceived: return ids(received, comparison, value)
        case .campaignOpened: return ids(openedCampaigns, comparison, value)
        case .campaignClicked: return ids(clickedCampaigns, comparison, value)
        case .suppressed: return value == .flag(suppression != nil)
        case .consent: return value == .flag(consentGiven != nil)
        case .quality: return number(Double(quality), comparison, value)
        case .sentCount: return number(Double(sent), comparison, value)
        case .deliveredCount: return number(Double(delivered), comparison, value)
        case .openedCount: return number(Double(opened), comparison, value)
        case .clickedCount: return number(Double(clicked), comparison, value)
        case .listCount: return number(Double(lists.count), comparison, value)
        case .suppressedAt: return date(suppressedAt, comparison, value, now)
        case .lastSent: return date(lastSent, comparison, value, now)
        case .lastDelivered: return date(lastDelivered, comparison, value, now)
        case .lastOpened: return date(lastOpened, comparison, value, now)
        case .lastClicked: return date(lastClicked, comparison, value, now)
        case .lastEngagement: return date(lastEngagement, comparison, value, now)
        case .lastCampaignActivity:
            return date([lastSent, lastDelivered, lastOpened, lastClicked].compactMap { $0 }.max(), comparison, value, now)
        case .consentGiven: return date(consentGiven, comparison, value, now)
        case .created, .updated: return date(created, comparison, value, now)
        }
    }

    private func text(_ field: String?, _ comparison: FilterOperator, _ value: FilterValue, lowered: Bool = false) -> Bool {
        func whole(_ text: String) -> Bool { field == (lowered ? text.lowercased() : text) }
        let low = field?.lowercased()
        switch (comparison, value) {
        case (.isEmpty, _): return (field ?? "").isEmpty
        case (.isNotEmpty, _): return !(field ?? "").isEmpty
        case (.isNot, .text(let text)): return !whole(text)
        case (.contains, .text(let text)): return low?.contains(text.lowercased()) ?? false
        case (.notContains, .text(let text)): return !(low?.contains(text.lowercased()) ?? false)
        case (.startsWith, .text(let text)): return low?.hasPrefix(text.lowercased()) ?? false
        case (.endsWith, .text(let text)): return low?.hasSuffix(text.lowercased()) ?? false
        case (.anyOf, .texts(let texts)): return texts.contains(where: whole)
        case (.noneOf, .texts(let texts)): return !texts.contains(where: whole)
        case (_, .text(let text)): return whole(text)
        default: return false
        }
    }

    private func search(_ comparison: FilterOperator, _ value: FilterValue) -> Bool {
        let negated: [FilterOperator: FilterOperator] = [.isNot: .is, .notContains: .contains, .noneOf: .anyOf, .isNotEmpty: .isEmpty]
        if let positive = negated[comparison] { return !search(positive, value) }
        let parts = [email, name, identityName].map { text($0, comparison, value) }
        return comparison == .isEmpty ? parts.allSatisfy { $0 } : parts.contains(true)
    }

    private func set(_ tags: [String], _ comparison: FilterOperator, _ value: FilterValue) -> Bool {
        if comparison == .isEmpty { return tags.isEmpty }
        if comparison == .isNotEmpty { return !tags.isEmpty }
        guard case .texts(let wanted) = value else { return false }
        return switch comparison {
        case .allOf: wanted.allSatisfy(tags.contains)
        case .noneOf: !wanted.contains(where: tags.contains)
        default: wanted.contains(where: tags.contains)
        }
    }

    private func ids(_ own: Set<UUID>, _ comparison: FilterOperator, _ value: FilterValue) -> Bool {
        guard case .ids(let wanted) = value else { return false }
        return switch comparison {
        case .allOf: wanted.allSatisfy(own.contains)
        case .noneOf: !wanted.contains(where: own.contains)
        default: wanted.contains(where: own.contains)
        }
    }

    private func number(_ field: Double, _ comparison: FilterOperator, _ value: FilterValue) -> Bool {
        if case .numbers(let low, let high) = value { return low <= field && field <= high }
        guard case .number(let number) = value else { return false }
        return switch comparison {
        case .isNot: field != number
        case .lessThan: field < number
        case .atMost: field <= number
        case .moreThan: field > number
        case .atLeast: field >= number
        default: field == number
        }
    }

    private func date(_ field: Date?, _ comparison: FilterOperator, _ value: FilterValue, _ now: Date) -> Bool {
        switch (comparison, value) {
        case (.isEmpty, _): return field == nil
        case (.isNotEmpty, _): return field != nil
        case (.notInLastDays, .days(let days)): return field.map { $0 <= now.addingTimeInterval(-86_400 * Double(days)) } ?? true
        default: break
        }
        guard let field else { return false }
        switch (comparison, value) {
        case (.before, .date(let bound)): return field < bound.start
        case (.after, .date(let bound)): return bound.isDay ? field >= bound.end : field > bound.start
        case (_, .dates(let low, let high)): return field >= low.start && (high.isDay ? field < high.end : field <= high.start)
        case (.inLastDays, .days(let days)): return field > now.addingTimeInterval(-86_400 * Double(days))
        default: return false
        }
    }

    private func attribute(_ condition: FilterCondition) -> Bool {
        guard case .attribute(let key) = condition.field else { return false }
        let field: String? =
            switch attributes[key] {
            case .text(let text): text
            case .number(let number): String(Int(number))
            case .boolean(let flag): flag ? "true" : "false"
            default: nil
            }
        let digits = field.flatMap { $0.wholeMatch(of: /-?[0-9]{1,30}(\.[0-9]{1,30})?/) == nil ? nil : Double($0) }
        switch (condition.comparison, condition.value) {
        case (.isNot, .number(let number)): return digits != number
        case (.is, .flag(let flag)): return field == (flag ? "true" : "false")
        case (.isNot, .flag(let flag)): return field != (flag ? "true" : "false")
        case (_, .number), (_, .numbers): return digits.map { number($0, condition.comparison, condition.value) } ?? false
        case (.before, .date(let bound)):
            return field.map { $0.contains(/^[0-9]{4}-[0-9]{2}-[0-9]{2}/) && $0.prefix(10) < bound.text.prefix(10) } ?? false
        case (.after, .date(let bound)):
            return field.map { $0.contains(/^[0-9]{4}-[0-9]{2}-[0-9]{2}/) && $0.prefix(10) > bound.text.prefix(10) } ?? false
        default: return text(field, condition.comparison, condition.value)
        }
    }
}
