import CommCore
import Foundation
import Testing

@Suite("Campaign rules")
struct CampaignRulesTests {
    private func draft(
        name: String? = "Spring",
        lists: [UUID]? = [UUID()],
        fromAddress: String? = nil,
        fromName: String? = nil,
        analytics: GoogleAnalytics? = nil
    ) -> CampaignDraft {
        CampaignDraft(
            name: name,
            templateID: UUID(),
            motorBlockID: UUID(),
            listIDs: lists,
            googleAnalytics: analytics,
            fromAddress: fromAddress,
            fromName: fromName
        )
    }

    private func fields(_ problems: [FieldProblem]) -> [String] {
        problems.map { "\($0.field):\($0.code)" }
    }

    @Test("a whole draft has no problem")
    func whole() {
        #expect(CampaignRules.problems(of: draft(fromAddress: "shop@example.com", fromName: "Žaisliukai & Co")).isEmpty)
    }

    @Test("every missing field is named")
    func missing() {
        let empty = CampaignDraft(name: " ", templateID: nil, motorBlockID: nil, listIDs: [])
        #expect(
            fields(CampaignRules.problems(of: empty)) == [
                "name:required", "template_id:required", "motor_block_id:required", "list_ids:required",
            ]
        )
    }

    @Test("line breaks in names are refused: they would end up in a mail header", arguments: ["a\r\nBcc: x@y.z", "a\nb", "a\u{0}b"])
    func lineBreaks(text: String) {
        #expect(fields(CampaignRules.problems(of: draft(name: text))) == ["name:invalid"])
        #expect(fields(CampaignRules.problems(of: draft(fromName: text))) == ["from_name:invalid"])
        let analytics = GoogleAnalytics(enabled: true, utmSource: text)
        #expect(fields(CampaignRules.problems(of: draft(analytics: analytics))) == ["google_analytics.utm_source:invalid"])
    }

    @Test("a UTM policy is one of three")
    func utmPolicy() {
        for policy in ["preserve", "append", "override"] {
            #expect(CampaignRules.problems(of: draft(analytics: GoogleAnalytics(enabled: true, utmPolicy: policy))).isEmpty)
        }
        let wrong = GoogleAnalytics(enabled: true, utmPolicy: "replace")
        #expect(fields(CampaignRules.problems(of: draft(analytics: wrong))) == ["google_analytics.utm_policy:invalid"])
    }

    @Test("a From address must be one", arguments: ["nobody", "a@b@c", "<a@example.com>", "a@example.com\r\nBcc: x@y.z"])
    func fromAddress(text: String) {
        #expect(fields(CampaignRules.problems(of: draft(fromAddress: text))) == ["from_address:invalid"])
    }

    @Test("pace has bounds")
    func pace() {
        #expect(CampaignRules.problems(of: CampaignSettingsPatch(chunkSize: 5000, delaySecondsBetweenChunks: 0)).isEmpty)
        #expect(
            fields(CampaignRules.problems(of: CampaignSettingsPatch(chunkSize: 0, delaySecondsBetweenChunks: 86_401))) == [
                "chunk_size:invalid", "delay_seconds_between_chunks:invalid",
            ]
        )
    }

    @Test("names of the IANA database are time zones", arguments: ["Europe/Vilnius", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+3"])
    func timezones(name: String) {
        #expect(CampaignRules.problems(of: CampaignSettingsPatch(timezone: name)).isEmpty)
    }

    @Test("anything else is none", arguments: ["", "Europe/Nowhere", "EST5EDT", "+03:00", "GMT+3", "../etc/passwd", "europe"])
    func noTimezones(name: String) {
        #expect(fields(CampaignRules.problems(of: CampaignSettingsPatch(timezone: name))) == ["timezone:invalid"])
    }

    @Test("a time cannot be set and cleared at once")
    func setAndCleared() {
        let patch = CampaignSettingsPatch(scheduledAt: "2026-01-02", clearScheduled: true)
        #expect(fields(CampaignRules.problems(of: patch)) == ["clear_scheduled:invalid"])
        #expect(fields(CampaignRules.problems(of: CampaignSettingsPatch(scheduledAt: "soon"))) == ["scheduled_at:invalid"])
    }
}
