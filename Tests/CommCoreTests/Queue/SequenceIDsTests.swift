import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Message ids of a campaign")
struct SequenceIDsTests {
    @Test("the id that SQL makes lies between the bounds of its number, for any number", .database, arguments: 0..<8 as Range<UInt64>)
    func matchesSQL(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let milliseconds: Int64 = 1_767_225_600_000
        let numbers = (0..<200).map { _ in Int64.random(in: 0..<SequenceIDs.capacity, using: &random) } + [0, SequenceIDs.capacity - 1]
        let rows = try await TestDatabase.current.client.query(
            "SELECT n, comm_message_id(\(milliseconds), n) AS id FROM unnest(\(numbers)::bigint[]) AS n"
        )
        for row in rows {
            let (number, id): (Int64, UUID) = (try row.get("n"), try row.get("id"))
            #expect(SequenceIDs.lower(milliseconds: milliseconds, sequence: number).uuidString <= id.uuidString)
            #expect(SequenceIDs.upper(milliseconds: milliseconds, sequence: number).uuidString >= id.uuidString)
            #expect(UUIDv7.time(of: id) == Date(timeIntervalSince1970: Double(milliseconds) / 1000))
        }
        #expect(rows.count == numbers.count)
    }

    @Test("ids follow the order of the numbers")
    func isOrdered() {
        for number in stride(from: Int64(0), to: 1 << 29, by: 999_983) {
            let upper = SequenceIDs.upper(milliseconds: 1_767_225_600_000, sequence: number).uuidString
            #expect(upper < SequenceIDs.lower(milliseconds: 1_767_225_600_000, sequence: number + 1).uuidString)
        }
    }
}
