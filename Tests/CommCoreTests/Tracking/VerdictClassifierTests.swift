import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Who clicked and opened")
struct VerdictClassifierTests {
    private static let browser =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
    private static let sent = Date(timeIntervalSince1970: 1_795_000_000)

    private let classifier = VerdictClassifier(
        networks: TrackingNetworks([("209.222.80.0/21", .scanner), ("17.0.0.0/8", .machine)])
    )

    private func hit(
        _ kind: TrackingHit.Kind = .clicked,
        after seconds: Double = 3_600,
        link: Int? = 0,
        agent: String? = browser,
        ip: String? = "192.0.2.1",
        language: Bool? = true,
        head: Bool = false,
        prefetch: Bool = false
    ) -> TrackingHit {
        TrackingHit(
            id: UUID(),
            kind: kind,
            occurredAt: Self.sent.addingTimeInterval(seconds),
            linkIndex: kind == .clicked ? link : nil,
            signals: TrackingSignals(userAgent: agent, ip: ip, hasLanguage: language, isHead: head, isPrefetch: prefetch)
        )
    }

    private func verdict(_ hit: TrackingHit) -> TrackingVerdict? {
        classifier.verdicts(on: [hit], handedOverAt: Self.sent).first
    }

    @Test("a reader with a browser is a person, also a minute after the mail came")
    func reader() {
        #expect(verdict(hit()) == .human)
        #expect(verdict(hit(after: 30)) == .human)
        #expect(verdict(hit(.opened)) == .human)
    }

    @Test(
        "recorded shapes of scanners",
        arguments: [
            ("Barracuda Sentinel (EE)", "192.0.2.9", true), (browser, "209.222.82.7", true), ("python-requests/2.32.3", "192.0.2.9", false),
            ("curl/8.5.0", "192.0.2.9", false), ("Go-http-client/2.0", "192.0.2.9", false), (nil, "192.0.2.9", false),
            ("Mozilla/5.0", "192.0.2.9", false), ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0", "192.0.2.9", true),
            ("Mozilla/4.0 (compatible; Mimecast URL Protect)", "192.0.2.9", true),
        ] as [(String?, String, Bool)]
    )
    func scanners(agent: String?, ip: String, language: Bool) {
        #expect(verdict(hit(agent: agent, ip: ip, language: language)) == .scanner)
    }

    @Test(
        "previews of messengers and pages loaded ahead are machines",
        arguments: ["Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "WhatsApp/2.23.20.0", "facebookexternalhit/1.1"]
    )
    func machines(agent: String) {
        #expect(verdict(hit(agent: agent)) == .machine)
        #expect(verdict(hit(prefetch: true)) == .machine)
    }

    @Test("HEAD is nobody's reading")
    func head() {
        #expect(verdict(hit(head: true)) == .scanner)
    }

    @Test("a click in the second of the hand-over is a scanner's, one that only lacks languages cannot be told")
    func age() {
        #expect(verdict(hit(after: 0.5, language: false)) == .scanner)
        #expect(verdict(hit(after: 5, language: false)) == .scanner)
        #expect(verdict(hit(after: 3_600, language: false)) == .unknown)
    }

    @Test("whoever follows the link that nobody sees gives away everything near it")
    func trap() {
        let hits = [hit(after: 600), hit(after: 605, link: LinkToken.Link.trapIndex), hit(after: 4_000)]
        #expect(classifier.verdicts(on: hits, handedOverAt: Self.sent) == [.scanner, .scanner, .human])
    }

    @Test("all links within seconds are a scanner's, and evidence that comes later speaks about what came before")
    func burst() {
        let first = hit(after: 600, link: 0)
        #expect(classifier.verdicts(on: [first], handedOverAt: Self.sent) == [.human])
        let hits = [first, hit(after: 602, link: 1), hit(after: 604, link: 2)]
        #expect(classifier.verdicts(on: hits, handedOverAt: Self.sent) == [.scanner, .scanner, .scanner])
        let patient = [first, hit(after: 700, link: 1), hit(after: 800, link: 2)]
        #expect(classifier.verdicts(on: patient, handedOverAt: Self.sent) == [.human, .human, .human])
    }

    @Test("the same link twice is no burst")
    func doubleClick() {
        let hits = [hit(after: 600), hit(after: 600.3), hit(after: 601)]
        #expect(classifier.verdicts(on: hits, handedOverAt: Self.sent) == [.human, .human, .human])
    }

    @Test("Apple's privacy protection is a machine, Gmail's image proxy stands for its reader")
    func opens() {
        #expect(verdict(hit(.opened, agent: "Mozilla/5.0", ip: "104.28.30.1", language: false)) == .machine)
        #expect(verdict(hit(.opened, agent: Self.browser, ip: "17.58.1.2")) == .machine)
        let gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
        #expect(verdict(hit(.opened, agent: gmail, language: false)) == .human)
        #expect(verdict(hit(.opened, after: 1, agent: gmail, language: false)) == .machine)
    }

    @Test("what others report without saying how is unknown")
    func nothingObserved() {
        let hit = TrackingHit(id: UUID(), kind: .opened, occurredAt: Self.sent, signals: TrackingSignals())
        #expect(verdict(hit) == .unknown)
        #expect(TrackingVerdict.unknown.isCounted && TrackingVerdict.human.isCounted)
        #expect(!TrackingVerdict.scanner.isCounted && !TrackingVerdict.machine.isCounted)
    }

    @Test("the order in which hits are known changes nothing", arguments: 0..<50 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let hits = (0..<8).map { _ in
            hit(
                Bool.random(using: &random) ? .clicked : .opened,
                after: Double.random(in: 0...30, using: &random),
                link: [0, 1, 2, LinkToken.Link.trapIndex].randomElement(using: &random) ?? 0,
                agent: [Self.browser, "Mozilla/5.0", nil].randomElement(using: &random) ?? nil,
                language: Bool.random(using: &random)
            )
        }
        func byID(_ hits: [TrackingHit]) -> [UUID: TrackingVerdict] {
            Dictionary(uniqueKeysWithValues: zip(hits.map(\.id), classifier.verdicts(on: hits, handedOverAt: Self.sent)))
        }
        #expect(byID(hits) == byID(hits.shuffled(using: &random)), "seed \(seed)")
    }

    @Test("no rule of the table is idle, and names are given once")
    func table() {
        #expect(Set(VerdictRule.all.map(\.name)).count == VerdictRule.all.count)
        #expect(VerdictRule.all.allSatisfy { $0.weight > 0 })
    }
}
