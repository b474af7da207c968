import Testing

@testable import commctl

@Suite("The progress bar")
struct ProgressBarTests {
    @Test("thousands are set apart", arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func grouped(number: Int, text: String) {
        #expect(ProgressBar.grouped(number) == text)
    }

    @Test("it is empty at the start and full at the end, with the counts in words")
    func ends() {
        var bar = ProgressBar(total: 1_000)
        #expect(bar.line(handedOver: 0, delivered: 0, reported: 0, seconds: 0).hasPrefix(String(repeating: "░", count: 24) + "   0%"))
        let full = bar.line(handedOver: 1_000, delivered: 1_000, reported: 1_000, seconds: 5)
        #expect(full.hasPrefix(String(repeating: "█", count: 24) + " 100%"))
        #expect(full.contains("handed over 1,000 · delivered 1,000 · reported 1,000 of 1,000"))
    }

    @Test("rate and time left follow the last ten seconds")
    func pace() {
        var bar = ProgressBar(total: 3_000)
        _ = bar.line(handedOver: 0, delivered: 0, reported: 0, seconds: 0)
        let line = bar.line(handedOver: 300, delivered: 300, reported: 300, seconds: 1)
        #expect(line.hasSuffix("300/s  9 s left"))
        // A stop of twenty seconds leaves only samples without progress.
        _ = bar.line(handedOver: 300, delivered: 300, reported: 300, seconds: 15)
        #expect(bar.line(handedOver: 300, delivered: 300, reported: 300, seconds: 21).hasSuffix("0/s"))
    }

    @Test("a campaign that reaches nobody is complete at once")
    func nobody() {
        var bar = ProgressBar(total: 0)
        #expect(bar.line(handedOver: 0, delivered: 0, reported: 0, seconds: 1).contains("100%"))
    }
}
