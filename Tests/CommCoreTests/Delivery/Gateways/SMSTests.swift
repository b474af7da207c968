import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Text messages")
struct SMSTests {
    @Test(arguments: [
        (String(repeating: "a", count: 160), "gsm7", 160, 1), (String(repeating: "a", count: 161), "gsm7", 161, 2),
        (String(repeating: "a", count: 306), "gsm7", 306, 2), (String(repeating: "a", count: 307), "gsm7", 307, 3),
        (String(repeating: "€", count: 80), "gsm7", 160, 1), (String(repeating: "€", count: 81), "gsm7", 162, 2),
        (String(repeating: "a", count: 152) + "€" + String(repeating: "a", count: 10), "gsm7", 164, 2),
        (String(repeating: "ж", count: 70), "ucs2", 70, 1), (String(repeating: "ж", count: 71), "ucs2", 71, 2),
        (String(repeating: "ж", count: 134), "ucs2", 134, 2), (String(repeating: "ж", count: 135), "ucs2", 135, 3),
        (String(repeating: "😀", count: 35), "ucs2", 70, 1), (String(repeating: "😀", count: 36), "ucs2", 72, 2),
        ("’" + String(repeating: "a", count: 69), "ucs2", 70, 1), ("ç", "ucs2", 1, 1), ("Ç", "gsm7", 1, 1), ("", "gsm7", 0, 1),
        ("`", "ucs2", 1, 1), ("line\r\nbreak", "gsm7", 11, 1),
    ])
    func `the contract's table of segments`(text: String, encoding: String, units: Int, count: Int) {
        let segments = SMSSegments(text)
        #expect(segments.encoding.rawValue == encoding)
        #expect(segments.units == units)
        #expect(segments.count == count)
    }

    @Test(arguments: 0..<200)
    func `parts hold all units, and one more character never makes fewer parts`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let letters = seed.isMultiple(of: 2) ? Array("aZ€^{ \nñ") : Array("aж😀€’")
        let text = String((0..<Int.random(in: 0...700, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        let segments = SMSSegments(text)
        let room = segments.encoding.room
        #expect(segments.units >= text.unicodeScalars.count)
        if segments.count == 1 {
            #expect(segments.units <= room.single)
        } else {
            #expect(segments.units > room.single)
            #expect(segments.units <= segments.count * room.part)
            // At most one unit of a part stays empty, before a character that takes two.
            #expect(segments.units > (segments.count - 1) * (room.part - 1))
        }
        #expect(SMSSegments(text + "a").count >= segments.count)
    }

    @Test(arguments: [
        ("STOP", SMSKeyword.stop), (" stop\n", .stop), ("StopAll", .stop), ("quit", .stop), ("yes", .start), ("UNSTOP", .start),
        ("info", .help),
        ("STOP PLEASE", nil), ("", nil), ("please stop", nil), ("stopp", nil), ("stop.", nil),
    ])
    func `one word alone asks for something`(answer: String, expected: SMSKeyword?) {
        #expect(SMSKeyword(answer: answer) == expected)
    }

    @Test func `what the provider took it for counts more`() {
        #expect(SMSKeyword(answer: "arrêt", told: "STOP") == .stop)
        #expect(SMSKeyword(answer: "STOP", told: "else") == .stop)
    }

    @Test(arguments: ["+14155550123", "+4915112345678", "+123456789012345"])
    func `numbers are as networks use them`(number: String) {
        #expect(ChannelAddress.isNumber(number))
    }

    @Test(arguments: ["", "+", "14155550123", "+0155550123", "+1415555012a", "+1234567890123456", "+1 415 555 0123", "+123", "+１２３４５６７８"])
    func `other texts are no numbers`(number: String) {
        #expect(!ChannelAddress.isNumber(number))
    }
}
