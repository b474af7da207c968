import ArgumentParser
import CommCore
import Foundation
import Testing

@testable import commctl

@Suite("Which clicks and opens an operator means")
struct VerdictsRangeTests {
    private let tenant = "0190a000-0000-7000-8000-000000000001"

    @Test("a day is meant from its beginning to its end, a moment as it is")
    func range() throws {
        let days = try VerdictsRange.parse(["--tenant", tenant, "--from", "2026-01-31", "--to", "2026-02-01"]).parsed()
        #expect(days.from == Date(timeIntervalSince1970: 1_769_817_600))
        #expect(days.to.timeIntervalSince(days.from) > 2 * 86_400 - 1 && days.to.timeIntervalSince(days.from) < 2 * 86_400)
        let moment = try VerdictsRange.parse(["--tenant", tenant, "--from", "2026-01-31T12:00:00Z"]).parsed()
        #expect(moment.from == Date(timeIntervalSince1970: 1_769_860_800) && moment.to == .distantFuture && moment.campaignID == nil)
    }

    @Test("what is no time is refused with the name of the option", arguments: ["yesterday", "2026-13-01", "31.01.2026"])
    func refusal(text: String) {
        #expect(throws: (any Error).self) { try VerdictsRange.parse(["--tenant", tenant, "--to", text]) }
    }
}
