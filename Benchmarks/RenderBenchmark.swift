import CommCore
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
        var rates: [Double] = []
        var copies: [Double] = []
        for _ in 0..<runs {
            let (rate, size) = try rate(renderer, campaignID: campaignID)
            rates.append(rate)
            copies.append(copyRate(size: size))
        }
        return [
            Measurement(
                name: "render, one core",
                value: rates.median,
                unit: "messages/s",
                limit: copies.median,
                peer: "copying as many bytes, without links and merging"
            )
        ]
    }

    private func rate(_ renderer: MessageRenderer, campaignID: UUID) throws -> (perSecond: Double, size: Int) {
        let recipient = RecipientValues(
            tenantID: UUID(),
            campaignID: campaignID,
            contactID: UUID(),
            messageID: UUID(),
            issuedAt: Date(timeIntervalSince1970: 1_767_225_600),
            values: renderer.fields.map { "a value for \($0)" }
        )
        var message = BoundMessage()
        var output: [UInt8] = []
        let started = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - started < Self.budget {
            output.removeAll(keepingCapacity: true)
            try renderer.bind(recipient, to: &message)
            for part in [MessagePart.subject, .html, .text] { try renderer.append(part, of: message, as: .json, to: &output) }
            count += 1
        }
        return (Double(count) / (ContinuousClock.now - started).inSeconds, output.count)
    }

    private func copyRate(size: Int) -> Double {
        let source = [UInt8](repeating: 0x61, count: size)
        var output: [UInt8] = []
        let started = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - started < .milliseconds(200) {
            output.removeAll(keepingCapacity: true)
            output.append(contentsOf: source)
            count += 1
        }
        return Double(count) / (ContinuousClock.now - started).inSeconds
    }
}
