import CommCore
import Crypto
import Foundation

/// Messages per second that one core renders into the JSON form of a job: 20 KB of HTML, 10 signed links, 5 merge values.
struct RenderBenchmark {
    private static let budget = Duration.seconds(1)

    let runs: Int

    func measure() throws -> [Measurement] {
        let campaignID = UUID()
        let newsletter = Newsletter(bytes: 20_000, links: 10, mergeTags: ["name", "city", "plan", "company", "title"])
        let renderer = try MessageRenderer(
            program: try newsletter.compiled(campaignID: campaignID).program,
            bases: try LinkBases(tracking: "https://track.example.com", publicBase: "https://mail.example.com"),
            signer: LinkTokenSigner(key: try LinkTokenKey(secret: "a secret that only this benchmark uses 0123456789"))
        )
        let recipient = recipient(renderer, campaignID: campaignID)
        let hashing = try HashingOfLinks(renderer.render(recipient))
        var (rates, copies, signings, hashings): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<runs {
            let (rate, size) = try rate(renderer, recipient)
            rates.append(rate)
            copies.append(copyRate(size: size))
            signings.append(try bindRate(renderer, recipient))
            hashings.append(Self.perSecond(.milliseconds(200)) { hashing.run() })
        }
        let peer = "copying as many bytes, without links and merging"
        let share = { (rates: [Double], part: [Double]) in 100 * rates.median / part.median }
        return [
            Measurement(name: "render, one core", value: rates.median, unit: "messages/s", limit: copies.median, peer: peer),
            Measurement(name: "render, share of copying", value: share(rates, copies), unit: "% of the time"),
            Measurement(name: "render, share of values and signed links", value: share(rates, signings), unit: "% of the time"),
            Measurement(name: "render, share of HMAC within that", value: share(rates, hashings), unit: "% of the time"),
        ]
    }

    private func recipient(_ renderer: MessageRenderer, campaignID: UUID) -> RecipientValues {
        RecipientValues(
            tenantID: UUID(),
            campaignID: campaignID,
            contactID: UUID(),
            messageID: UUID(),
            issuedAt: Date(timeIntervalSince1970: 1_767_225_600),
            values: renderer.fields.map { "a value for \($0)" }
        )
    }

    private func rate(_ renderer: MessageRenderer, _ recipient: RecipientValues) throws -> (perSecond: Double, size: Int) {
        var message = BoundMessage()
        var output: [UInt8] = []
        let rate = try Self.perSecond(Self.budget) {
            output.removeAll(keepingCapacity: true)
            try renderer.bind(recipient, to: &message)
            for part in [MessagePart.subject, .html, .text] { try renderer.append(part, of: message, as: .json, to: &output) }
        }
        return (rate, output.count)
    }

    private func bindRate(_ renderer: MessageRenderer, _ recipient: RecipientValues) throws -> Double {
        var message = BoundMessage()
        return try Self.perSecond(.milliseconds(200)) { try renderer.bind(recipient, to: &message) }
    }

    private func copyRate(size: Int) -> Double {
        let source = [UInt8](repeating: 0x61, count: size)
        var output: [UInt8] = []
        return Self.perSecond(.milliseconds(200)) {
            output.removeAll(keepingCapacity: true)
            output.append(contentsOf: source)
        }
    }

    private static func perSecond(_ budget: Duration, _ body: () throws -> Void) rethrows -> Double {
        let started = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - started < budget {
            for _ in 0..<16 { try body() }
            count += 16
        }
        return Double(count) / (ContinuousClock.now - started).inSeconds
    }
}

/// The hashing that the links of a mail cost and nothing else: what all its click tokens begin with once, each ending, each outer hash.
private struct HashingOfLinks {
    private let beginning: [UInt8]
    private let endings: [[UInt8]]
    private let keyed: SHA256

    init(_ mail: RenderedContent) throws {
        var keyed = SHA256()
        keyed.update(data: [UInt8](repeating: 0x36, count: 64))
        self.keyed = keyed
        let html = String(decoding: mail.html ?? [], as: UTF8.self)
        let tokens = html.matches(of: /\/c\/([\w.-]+)\.[\w-]+"/).map { Array($0.1.utf8) }
        guard let first = tokens.first, tokens.count == 10 else { throw BenchError("there are \(tokens.count) links instead of 10") }
        let shared = tokens.map { token in zip(first, token).prefix { $0 == $1 }.count }.min() ?? 0
        beginning = Array(first.prefix(shared))
        endings = tokens.map { Array($0.dropFirst(shared)) } + [beginning]
    }

    func run() {
        var inner = keyed
        inner.update(data: beginning)
        for ending in endings {
            var state = inner
            ending.withUnsafeBytes { state.update(bufferPointer: $0) }
            var outer = keyed
            state.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
            _ = outer.finalize()
        }
    }
}
