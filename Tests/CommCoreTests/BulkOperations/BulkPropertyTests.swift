import CommCore
import CommTesting
import Foundation
import Testing

@Suite("Bulk operations undone in reverse order", .database)
struct BulkPropertyTests {
    @Test("lead back to the start, and keep the tags' counts right all the way", arguments: 0..<6)
    func reversed(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let fixture = try await BulkFixture.make(contacts: 8)
        var states = [try await fixture.state()]
        var operations: [BulkOperation] = []
        for _ in 0..<12 {
            let some = fixture.contacts.filter { _ in Bool.random(using: &random) }
            let operation = try await fixture.run(Self.change(fixture, using: &random), on: some)
            guard operation.changed > 0 else { continue }
            operations.append(operation)
            states.append(try await fixture.state())
            #expect(try await fixture.tags.list(tenantID: fixture.tenantID) == fixture.countedTags(), "seed \(seed)")
        }
        for operation in operations.reversed() {
            states.removeLast()
            let undone = try await fixture.undo(operation)
            #expect(undone.changed == operation.changed && undone.skipped == 0, "seed \(seed): \(operation.kind)")
            #expect(try await fixture.state() == states.last, "seed \(seed): \(operation.kind)")
        }
        while try await TagRepository(client: fixture.database.client(role: "comm_worker")).foldChanges() {}
        #expect(try await fixture.tags.list(tenantID: fixture.tenantID) == fixture.countedTags(), "seed \(seed)")
    }

    private static func change(_ fixture: BulkFixture, using random: inout SeededGenerator) -> BulkChange {
        let tags = ["a", "b", "c"]
        let tag = tags.randomElement(using: &random) ?? "a"
        let list = fixture.lists.randomElement(using: &random) ?? fixture.lists[0]
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return .delete(reason: "x")
        case 1, 2: return .restore
        case 3: return .addToList(list)
        case 4: return .removeFromList(list)
        case 5: return .move(from: fixture.lists[0], to: fixture.lists[1])
        case 6: return .tag(tags.filter { $0 == tag || Bool.random(using: &random) })
        case 7: return .untag([tag])
        case 8: return .renameTag(from: tag, to: tag == "a" ? "b" : "a")
        case 9: return .setAttribute(key: "k", value: .number(Double.random(in: 0..<3, using: &random).rounded()))
        case 10: return .suppress(reason: "manual", note: nil)
        default: return .unsuppress(includesUnsubscribed: Bool.random(using: &random))
        }
    }
}
