import Foundation
import Synchronization
import Testing

@testable import CommCore

@Suite struct CompileHooksTests {
    @Test func `each run is reported with its event, its time and its result or error`() throws {
        struct Failure: Error {}
        let ticks = Mutex(ContinuousClock.now)
        let hooks = [
            CompileHook(name: "fail", before: { _, _ in throw Failure() }),
            CompileHook(name: "count", before: { _, _ in .init(values: ["n": 1]) }, after: { _ in .init(values: ["n": 2]) }),
        ]
        let pipeline = CompilePipeline(hooks: hooks) {
            ticks.withLock { instant in
                instant = instant.advanced(by: .milliseconds(5))
                return instant
            }
        }
        let source = TemplateSource(subject: "S", html: nil, text: "{{unsubscribe_url}}")
        let runs = try pipeline.compile(source, options: CompileFixture.options()).report.hooks
        #expect(runs.map(\.event) == [.validation, .validation, .completed])
        #expect(runs.map(\.hook) == ["fail", "count", "count"] && runs.map(\.success) == [false, true, true])
        #expect(runs.allSatisfy { $0.duration == 5 })
        #expect(runs[0].error == "Failure()" && runs[0].result == nil)
        #expect(runs[1].result == ["n": 1] && runs[2].result == ["n": 2] && runs[2].error == nil)
    }

    @Test func `the product's own hooks look at safety, sizes and links`() throws {
        let html = "<p><a href='https://a.test/'>a</a> <a href='mailto:x@a.test'>b</a> <a href='{{unsubscribe_url}}'>c</a></p>"
        let source = TemplateSource(subject: "S", html: html, text: nil)
        let pipeline = CompilePipeline(hooks: CompileHook.builtIn)
        let runs = try pipeline.compile(source, options: CompileFixture.options(track: true)).report.hooks
        #expect(runs.map(\.hook) == ["security-validation", "metrics-emit", "security-validation", "metrics-emit", "link-processing"])
        #expect(runs.allSatisfy { $0.success })
        let links = try #require(runs.last?.result)
        #expect(links["links"] == 3 && links["tracked"] == 1 && links["untracked_scheme"] == 1 && links["untracked_unsubscribe"] == 1)
        #expect(runs[0].result?["html_bytes"] == html.utf8.count)
    }

    @Test func `analytics advice is given where analytics are on`() {
        let marked = LinkReport(
            index: 0,
            text: "a",
            line: 1,
            column: 1,
            original: "https://a.test/?utm_source=x",
            target: "https://a.test/",
            tracked: true,
            reason: nil,
            utmApplied: ["utm_medium"]
        )
        #expect(GoogleAnalyticsAdvice.warnings(on: .off, links: [marked]) == nil)
        let good = GoogleAnalytics(enabled: true, utmCampaign: "spring")
        #expect(GoogleAnalyticsAdvice.warnings(on: good, links: [marked])?.map(\.type) == ["links_with_own_parameters"])
        let poor = GoogleAnalytics(enabled: true, utmSource: "My Mail")
        let types = GoogleAnalyticsAdvice.warnings(on: poor, links: [])?.map(\.type)
        #expect(types == ["no_links_marked", "default_campaign_name", "inconsistent_spelling"])
    }
}
