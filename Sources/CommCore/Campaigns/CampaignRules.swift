import Foundation

/// The rules of a campaign's fields.
package enum CampaignRules {
    static let longestName = 200
    static let longestFromName = 200
    static let mostLists = 1000
    static let chunkSizes = 1...5000
    static let delays = 0...86_400
    static let longestUTM = 255

    /// Every problem of a draft that can be seen without the database.
    package static func problems(of draft: CampaignDraft) -> [FieldProblem] {
        var check = FieldCheck()
        check.requiredLine("name", draft.name, limit: longestName)
        if draft.templateID == nil { check.add(.required("template_id")) }
        if draft.motorBlockID == nil { check.add(.required("motor_block_id")) }
        if draft.listIDs?.isEmpty ?? true { check.add(.required("list_ids")) }
        if let lists = draft.listIDs, lists.count > mostLists {
            check.add("list_ids", "too_long", "list_ids holds more than \(mostLists) lists")
        }
        checkFrom(address: draft.fromAddress, name: draft.fromName, &check)
        checkReplyTo(draft.replyTo, &check)
        checkLanguage(draft.language, &check)
        checkLists("exclude_list_ids", draft.excludeListIDs, &check)
        if let analytics = draft.googleAnalytics { checkAnalytics(analytics, &check) }
        return check.problems
    }

    /// Every problem of a change of settings.
    package static func problems(of patch: CampaignSettingsPatch) -> [FieldProblem] {
        var check = FieldCheck()
        checkRange("chunk_size", patch.chunkSize, chunkSizes, &check)
        checkRange("delay_seconds_between_chunks", patch.delaySecondsBetweenChunks, delays, &check)
        checkTimezone(patch.timezone, &check)
        if let text = patch.scheduledAt, ScheduledTime.date(from: text) == nil {
            check.add("scheduled_at", "invalid", "Invalid scheduled_at datetime")
        }
        if patch.clearScheduled, patch.scheduledAt != nil {
            check.add("clear_scheduled", "invalid", "clear_scheduled and scheduled_at exclude each other")
        }
        checkFrom(address: patch.fromAddress, name: patch.fromName, &check)
        checkReplyTo(patch.replyTo, &check)
        checkLanguage(patch.language, &check)
        checkWindows(patch.sendingWindows, &check)
        checkLists("exclude_list_ids", patch.excludeListIDs, &check)
        if let analytics = patch.googleAnalytics { checkAnalytics(analytics, &check) }
        return check.problems
    }

    /// Every problem of a change of a draft.
    package static func problems(of patch: CampaignPatch) -> [FieldProblem] {
        var check = FieldCheck()
        if patch.isEmpty { check.add("name", "required", "No fields to update") }
        if let name = patch.name { check.requiredLine("name", name, limit: longestName) }
        if let lists = patch.listIDs, lists.isEmpty { check.add(.required("list_ids")) }
        checkLists("list_ids", patch.listIDs, &check)
        checkLists("exclude_list_ids", patch.excludeListIDs, &check)
        if let analytics = patch.googleAnalytics { checkAnalytics(analytics, &check) }
        return check.problems
    }

    /// The sentence that stands for the problems: the words of the contract where it has some.
    static func message(for problems: [FieldProblem]) -> String {
        let basics: Set = ["name", "template_id", "motor_block_id", "list_ids"]
        if problems.contains(where: { $0.code == "required" && basics.contains($0.field) }) {
            return "name, template_id, motor_block_id, list_ids[] required"
        }
        return problems.first?.message ?? "The campaign is not valid"
    }

    /// A From address as it stands in headers: an international domain in its ASCII form; nil for none.
    static func deliverable(_ address: String?) -> String? {
        address.flatMap { try? EmailAddress($0) }?.deliverable
    }

    private static func checkFrom(address: String?, name: String?, _ check: inout FieldCheck) {
        if let address, !address.isEmpty, (try? EmailAddress(address)) == nil {
            check.add("from_address", "invalid", "Invalid from_address format. Must be a valid email address.")
        }
        check.line("from_name", name, limit: longestFromName)
    }

    private static func checkReplyTo(_ address: String?, _ check: inout FieldCheck) {
        guard let address, !address.isEmpty, (try? EmailAddress(address)) == nil else { return }
        check.add("reply_to", "invalid", "reply_to must be a valid email address")
    }

    private static func checkLists(_ field: String, _ lists: [UUID]?, _ check: inout FieldCheck) {
        guard let lists, lists.count > mostLists else { return }
        check.add(field, "too_long", "\(field) holds more than \(mostLists) lists")
    }

    /// `en`, `pt-BR`: as contacts have it.
    private static func checkLanguage(_ language: String?, _ check: inout FieldCheck) {
        guard let language, !language.isEmpty else { return }
        let parts = language.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let isTag =
            parts.count <= 4 && parts.first.map { (2...3).contains($0.count) && $0.allSatisfy(isLetter) } == true
            && parts.dropFirst().allSatisfy { (2...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }
        if !isTag { check.add("language", "invalid", "language must be a tag such as en or pt-BR") }
    }

    static func checkTimezone(_ name: String?, _ check: inout FieldCheck) {
        guard let name, ZonedTime.zone(named: name) == nil else { return }
        check.add("timezone", "invalid", "timezone must be a name of the IANA database, such as Europe/Vilnius")
    }

    static func checkWindows(_ windows: [SendingWindow]?, _ check: inout FieldCheck) {
        guard let windows else { return }
        if windows.count > mostWindows {
            check.add("sending_windows", "too_long", "sending_windows holds more than \(mostWindows) windows")
        }
        for (index, window) in windows.enumerated() {
            if window.days.isEmpty { check.add(.required("sending_windows[\(index)].days")) }
            if window.from >= 1440 {
                check.add("sending_windows[\(index)].from", "invalid", "sending_windows[\(index)].from must be before 24:00")
            }
        }
    }

    private static let mostWindows = 50

    private static func checkAnalytics(_ analytics: GoogleAnalytics, _ check: inout FieldCheck) {
        if let policy = analytics.utmPolicy, UTMOptions.Policy(rawValue: policy) == nil {
            let names = UTMOptions.Policy.allCases.map(\.rawValue).joined(separator: ", ")
            check.add("google_analytics.utm_policy", "invalid", "utm_policy must be one of: \(names)")
        }
        check.line("google_analytics.utm_source", analytics.utmSource, limit: longestUTM)
        check.line("google_analytics.utm_medium", analytics.utmMedium, limit: longestUTM)
        check.line("google_analytics.utm_campaign", analytics.utmCampaign, limit: longestUTM)
        check.line("google_analytics.utm_content", analytics.utmContent, limit: longestUTM)
        check.line("google_analytics.utm_term", analytics.utmTerm, limit: longestUTM)
    }

    private static func checkRange(_ field: String, _ value: Int?, _ range: ClosedRange<Int>, _ check: inout FieldCheck) {
        guard let value, !range.contains(value) else { return }
        check.add(field, "invalid", "\(field) must be from \(range.lowerBound) to \(range.upperBound)")
    }
}
