import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Dates, references and texts of providers")
struct ProviderFormatsTests {
    @Test("a date of HTTP is read wherever it stands in a text")
    func dates() {
        let expected = Date(timeIntervalSince1970: 1_767_323_045)
        #expect(HTTPDate.date(from: "Fri, 02 Jan 2026 03:04:05 GMT") == expected)
        #expect(HTTPDate.date(from: "request limit exceeded, try again after Fri, 02 Jan 2026 03:04:05 GMT") == expected)
        #expect(HTTPDate.date(from: "Thu, 29 Feb 2024 00:00:00 GMT") == Date(timeIntervalSince1970: 1_709_164_800))
        for text in ["", "soon", "02 Foo 2026 03:04:05", "02 Jan 2026 25:00:00", "Jan 02 2026", "99 Jan 2026 00:00:00"] {
            #expect(HTTPDate.date(from: text) == nil, "\(text)")
        }
    }

    @Test("every moment is read back from how it is written", arguments: 0..<20 as Range<UInt64>)
    func dateRoundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let date = Date(timeIntervalSince1970: Double(Int.random(in: 0..<4_000_000_000, using: &random)))
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        #expect(HTTPDate.date(from: formatter.string(from: date)) == date)
    }

    @Test("a reference is 64 plain characters and reads back; anything else is none")
    func references() {
        for _ in 0..<50 {
            let reference = MessageReference(tenantID: UUID(), campaignID: UUID(), messageID: UUIDv7.make(at: Date()))
            #expect(reference.text.utf8.count == 64)
            #expect(reference.text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
            #expect(MessageReference(reference.text) == reference)
            #expect(MessageReference(String(reference.text.dropLast())) == nil)
            let ofNoCampaign = MessageReference(tenantID: UUID(), campaignID: nil, messageID: UUIDv7.make(at: Date()))
            #expect(ofNoCampaign.text.utf8.count == 64 && MessageReference(ofNoCampaign.text) == ofNoCampaign)
        }
        #expect(MessageReference("") == nil && MessageReference(String(repeating: "!", count: 64)) == nil)
    }

    @Test("a provider's text loses its addresses, line breaks and length")
    func texts() {
        #expect(ProviderText.clean("Email address <ada@example.net> is\r\nnot  verified") == "Email address <address> is not verified")
        #expect(ProviderText.clean(String(repeating: "x", count: 1000)).count == 300)
    }

    @Test("Retry-After is seconds or a date")
    func retryAfter() {
        let now = Date(timeIntervalSince1970: 1_767_323_000)
        func told(_ text: String) -> Date? { ProviderAnswer(status: 429, headers: ["retry-after": text]).retryAfter(now: now) }
        #expect(told("30") == now.addingTimeInterval(30))
        #expect(told("Fri, 02 Jan 2026 03:04:05 GMT") == Date(timeIntervalSince1970: 1_767_323_045))
        #expect(told("-1") == nil && told("later") == nil)
    }
}
