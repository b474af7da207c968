import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Rules of messages")
struct MessageRulesTests {
    @Test("a wish never makes a message more urgent than its type", arguments: Priority.allCases, Priority.allCases)
    func wishes(policy: Priority, wish: Priority) {
        let granted = MessageClass.priority(type: "anything", policy: policy, wish: wish)
        #expect(granted.urgency >= policy.urgency && (granted == wish || granted == policy))
        #expect(MessageClass.priority(type: "anything", policy: policy, wish: nil) == policy)
    }

    @Test("classes are written P0 to P4", arguments: Priority.allCases)
    func words(priority: Priority) {
        #expect(Priority(word: priority.word) == priority && Priority(word: priority.word.lowercased()) == priority)
    }

    @Test("what is no class is none", arguments: ["", "P", "P5", "P-1", "0", "P00", "Q1"])
    func noWords(word: String) {
        #expect(Priority(word: word) == nil)
    }

    @Test(
        "phone numbers are E.164, however they are spaced",
        arguments: [("+49 (151) 123-456.78", "+4915112345678"), ("+15005550006", "+15005550006")]
    )
    func numbers(text: String, number: String) throws {
        #expect(try MessageAddress(text, channel: .sms).normalized == number)
    }

    @Test(
        "what is no phone number is refused",
        arguments: ["", "+", "015112345678", "+0151123456", "+123456", "+1234567890123456", "+49x5112345678"]
    )
    func noNumbers(text: String) {
        #expect(throws: MessageAddressProblem(reason: "invalid_number")) { try MessageAddress(text, channel: .sms) }
    }

    @Test("registration tokens are visible ASCII of some length")
    func tokens() {
        #expect(throws: MessageAddressProblem.self) { try MessageAddress("short", channel: .push) }
        #expect(throws: MessageAddressProblem.self) { try MessageAddress("a token with blanks in it", channel: .push) }
        #expect(throws: Never.self) { try MessageAddress("dQw4w9WgXcQ:APA91bH-_x", channel: .push) }
    }

    @Test("the pause of a retry is as long as the message has waited, within the bounds of its class", arguments: Priority.allCases)
    func pauses(priority: Priority) {
        let policy = RetryPolicy.of(priority.rawValue)
        let now = Date(timeIntervalSince1970: 1_795_000_000)
        var random = SeededGenerator(seed: 7)
        for age in [0, 0.5, 3, 40, 500, 9_000, 100_000] as [TimeInterval] {
            let pause = policy.next(since: now.addingTimeInterval(-age), now: now, using: &random).timeIntervalSince(now)
            let full = min(max(age, policy.shortest), policy.longest)
            #expect(pause >= full * 0.75 - 0.001 && pause <= full + 0.001)
        }
    }

    @Test("merge values travel as an array literal of PostgreSQL")
    func literals() {
        #expect(MessageRequestRepository.arrayLiteral([]) == "{}")
        #expect(MessageRequestRepository.arrayLiteral(["a", nil, "", "NULL", #"q"\,{}"#]) == #"{"a",NULL,"","NULL","q\"\\,{}"}"#)
    }

    @Test("variables become merge values in the order of the fields: texts as they are, the rest as JSON")
    func values() {
        let content = MessageContent(
            artifactID: UUID(),
            fields: ["name", "attributes.items", "email", "attributes.n", "language", "attributes.no"]
        )
        let variables: [String: AttributeValue] = ["name": .text("Ann"), "items": .list([.number(1)]), "n": .number(381_922), "no": .null]
        #expect(content.values(of: variables, address: "a@x.test", language: "de") == ["Ann", "[1]", "a@x.test", "381922", "de", nil])
    }
}
