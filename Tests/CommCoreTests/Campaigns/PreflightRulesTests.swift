import Foundation
import Testing

@testable import CommCore

@Suite("Preflight")
struct PreflightRulesTests {
    private static func subject(
        _ report: CompileReport = CompileReport(),
        line: String = "News of the week",
        from: String = "news@shop.example",
        domains: [String] = [],
        size: Int? = 1_000,
        accepted: Bool = true
    ) -> PreflightSubject {
        PreflightSubject(
            report: report,
            sample: .init(
                subject: line,
                htmlSize: size,
                unsubscribeURL: "https://comm.example/t/u/x",
                showsUnsubscribeURL: true,
                unsubscribeTokenIsAccepted: accepted
            ),
            subject: line,
            fromAddress: from,
            isOperatorsAddress: false,
            senderDomains: domains
        )
    }

    private static func codes(_ subject: PreflightSubject, _ policy: PreflightPolicy = PreflightPolicy()) -> [String] {
        PreflightRules(subject: subject, policy: policy).report.findings.filter { $0.severity != .info }.map(\.code)
    }

    @Test("a decent mail passes without a word")
    func decent() {
        let report = PreflightRules(subject: Self.subject(), policy: PreflightPolicy()).report
        #expect(report.passed && report.findings.allSatisfy { $0.severity == .info } && report.findings.count >= 7)
    }

    @Test(
        "each weakness has its code",
        arguments: [
            ("BIG SALE THIS WEEK", "subject_capitals"), ("Sale! Now!", "subject_exclamation"), (" ", "subject_length"),
            (String(repeating: "x", count: 71), "subject_length"),
        ]
    )
    func subjects(line: String, code: String) {
        #expect(Self.codes(Self.subject(line: line)) == [code])
    }

    @Test("sizes, images and links are counted")
    func content() {
        var report = CompileReport()
        report.metrics.imageCount = 2
        report.metrics.imagesWithoutAlt = 1
        report.metrics.textLength = 100
        report.metrics.preheaderLength = 151
        let found = ["html_size", "preheader_length", "images_without_alt", "image_text_ratio"]
        #expect(Self.codes(Self.subject(report, size: 104_449)) == found)
        let policy = PreflightPolicy(levels: ["html_size": .stop, "images_without_alt": .off], limits: ["text_per_image": 50])
        let stopped = PreflightRules(subject: Self.subject(report, size: 104_449), policy: policy).report
        #expect(stopped.stops.map(\.code) == ["html_size"])
        #expect(stopped.stops.first?.measured == 104_449 && stopped.stops.first?.limit == 104_448)
        #expect(!stopped.findings.contains { $0.code == "images_without_alt" })
    }

    @Test("what cannot be left cannot be sent, whatever the policy says")
    func fixed() {
        let policy = PreflightPolicy(levels: ["unsubscribe_link": .off, "from_address": .warn])
        let report = PreflightRules(subject: Self.subject(from: "nobody", accepted: false), policy: policy).report
        #expect(report.stops.map(\.code) == ["unsubscribe_link", "from_address"])
    }

    @Test("a blocker of the compile step keeps its code and place")
    func blockers() {
        var report = CompileReport()
        report.blockers = [CompileIssue("unknown_merge_tag", "{{x}}", part: .html, line: 2, column: 3)]
        let stop = PreflightRules(subject: Self.subject(report), policy: PreflightPolicy()).report.stops.first
        #expect(stop?.issue == report.blockers.first)
    }

    @Test("a domain of somebody else stops where the tenant has named its own")
    func domains() {
        #expect(Self.codes(Self.subject(domains: ["shop.example"])).isEmpty)
        #expect(Self.codes(Self.subject(domains: ["other.example"])) == ["sender_domain"])
    }
}
