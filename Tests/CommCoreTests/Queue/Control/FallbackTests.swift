import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What goes out when a message cannot", .database)
struct FallbackTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    /// A message to `first@`, behind it one to `second@` and one to `third@`.
    ///
    /// - Returns: their ids, in that order.
    private func chain(_ bench: SenderBench, _ tenant: UUID, expiresAt: Date? = nil) async throws -> [UUID] {
        var draft = MessageDraft()
        (draft.content.subject, draft.content.text, draft.sourceType) = ("Taxi", "It is here", "taxi")
        draft.expiresAt = expiresAt
        draft.fallbacks = ["second@example.com", "third@example.com"].map { address in
            var next = MessageFallbackDraft(recipient: MessageRecipientDraft(address: address))
            (next.channel, next.content.subject, next.content.text) = ("email", "Taxi", "It is here")
            return next
        }
        let submitter = MessageSubmitter(
            client: bench.client,
            time: time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.client)
        )
        let first = try await submitter.submit(draft, to: MessageRecipientDraft(address: "first@example.com"), tenantID: tenant).id
        var ids = [first]
        while let last = ids.last,
            let row = try await bench.client.query("SELECT id FROM message_fallbacks WHERE after_id = \(last)").first
        {
            ids.append(try row.get("id"))
        }
        return ids
    }

    private func status(_ bench: SenderBench, _ tenant: UUID, _ id: UUID) async throws -> MessageStatus {
        try await MessageStatusRepository(client: bench.client, time: time).status(tenantID: tenant, id: id)
    }

    private func cancel(_ bench: SenderBench, _ tenant: UUID, _ id: UUID) async throws {
        try await MessageCancellation(client: TestDatabase.current.client(role: "comm_api"), time: time).cancel(tenantID: tenant, id: id)
    }

    private func states(_ bench: SenderBench, _ tenant: UUID, _ ids: [UUID]) async throws -> [MessageState] {
        var states: [MessageState] = []
        for id in ids { states.append(try await status(bench, tenant, id).state) }
        return states
    }

    @Test("each message tells what stands behind it and before it: waiting, then what became of it")
    func told() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let ids = try await chain(bench, tenant)
        #expect(try await states(bench, tenant, ids) == [.queued, .waiting, .waiting])
        let second = try await status(bench, tenant, ids[1])
        #expect(second.blockers.map(\.code) == [.waitsForFailure] && second.events.isEmpty && second.fallbackOf == ids[0])
        #expect(second.fallback?.id == ids[2] && second.fallback?.state == .waiting)
        bench.gateway.answer { $0.recipient == "first@example.com" ? .failed(reason: "550 no") : .sent }
        try await bench.drainExpress()
        #expect(try await states(bench, tenant, ids) == [.failed, .sent, .waiting])
        let first = try await status(bench, tenant, ids[0])
        #expect(first.fallback == MessageFallback(id: ids[1], channel: "email", state: .sent, reason: nil) && first.fallbackOf == nil)
        #expect(try await status(bench, tenant, ids[1]).fallbackOf == ids[0])
    }

    @Test("lists show what waits, by state, source and recipient")
    func listed() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let ids = try await chain(bench, tenant)
        let list = MessageListRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
        var filter = MessageFilter()
        filter.sourceType = "taxi"
        #expect(Set(try await list.page(tenantID: tenant, filter: filter).messages.map(\.id)) == Set(ids))
        filter.states = [.waiting]
        #expect(Set(try await list.page(tenantID: tenant, filter: filter).messages.map(\.id)) == Set(ids[1...]))
        filter = MessageFilter()
        filter.recipient = "third@example.com"
        #expect(try await list.page(tenantID: tenant, filter: filter).messages.map(\.id) == [ids[2]])
        filter.states = [.queued]
        #expect(try await list.page(tenantID: tenant, filter: filter).messages.isEmpty)
    }

    @Test("a message that is taken back takes all behind it along, and one that waits those behind it")
    func cancelled() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let whole = try await chain(bench, tenant)
        try await cancel(bench, tenant, whole[0])
        #expect(try await states(bench, tenant, whole) == [.cancelled, .cancelled, .cancelled])
        #expect(try await status(bench, tenant, whole[0]).fallback?.state == .cancelled)
        let part = try await chain(bench, tenant)
        try await cancel(bench, tenant, part[1])
        let again = await #expect(throws: QueueError.self) { try await self.cancel(bench, tenant, part[1]) }
        #expect(again?.code == .alreadyLeft && again?.state == .cancelled)
        bench.gateway.answer { _ in .failed(reason: "550 no") }
        try await bench.drainExpress()
        #expect(try await states(bench, tenant, part) == [.failed, .cancelled, .cancelled])
        #expect(try await bench.client.query("SELECT FROM message_queue").isEmpty)
        let stranger = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let foreign = await #expect(throws: QueueError.self) { try await self.cancel(bench, stranger, part[2]) }
        #expect(foreign?.code == .notFound)
    }

    @Test("one that went into the queue is taken back there, with those behind it")
    func cancelledInQueue() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let ids = try await chain(bench, tenant)
        bench.gateway.answer { [time] message in
            message.recipient == "first@example.com"
                ? .failed(reason: "550 no") : .deferred(until: time.now.addingTimeInterval(60), reason: "451 later")
        }
        try await bench.drainExpress()
        #expect(try await states(bench, tenant, ids) == [.failed, .deferred, .waiting])
        try await cancel(bench, tenant, ids[1])
        #expect(try await states(bench, tenant, ids) == [.failed, .cancelled, .cancelled])
    }

    @Test("a message whose fallback went out is not tried again, alone or among many; the last of the chain is")
    func retried() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let ids = try await chain(bench, tenant)
        bench.gateway.answer { _ in .failed(reason: "550 no") }
        try await bench.drainExpress()
        time.advance(by: 60)
        let retries = MessageRetryRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
        for id in ids[..<2] {
            let refused = await #expect(throws: QueueError.self) {
                _ = try await retries.request(tenantID: tenant, messageID: id, by: nil)
            }
            #expect(refused?.code == .replaced && refused?.state == .failed)
        }
        let none = try await retries.request(
            tenantID: tenant,
            selection: RetrySelection(messageIDs: Array(ids[..<2])),
            classes: RetryClass.failures,
            by: nil
        )
        #expect(none.wish == nil && none.replaced == 2)
        let all = try await retries.request(tenantID: tenant, selection: RetrySelection(), classes: RetryClass.failures, by: nil)
        #expect(all.wish?.requested == 1 && all.wish?.replaced == 2 && all.replaced == 2)
        let retrier = CampaignRetrier(client: bench.client, time: time, logger: .silent)
        while try await retrier.step() {}
        #expect(try await bench.client.query("SELECT id FROM message_queue").map { try $0.get("id") as UUID } == [ids[2]])
        bench.gateway.answer { _ in .sent }
        try await bench.drainExpress()
        #expect(bench.gateway.accepted == [ids[2]: 1])
    }

    @Test("what is cleared away as expired is followed by the next, whose time is over as well")
    func expired() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let ids = try await chain(bench, tenant, expiresAt: time.now.addingTimeInterval(60))
        time.advance(by: 61)
        let upkeep = QueueUpkeep(client: TestDatabase.current.client(role: "comm_api"), time: time)
        for _ in ids { _ = try await upkeep.cleanUp(tenantID: tenant, olderThanDays: 30, by: "test") }
        #expect(try await states(bench, tenant, ids) == [.expired, .expired, .expired])
    }

    @Test("a sender and those who take back, all at once: what was taken back does not go out", arguments: 0..<3)
    func race(round: Int) async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        bench.gateway.answer { $0.recipient == "first@example.com" ? .failed(reason: "550 no") : .sent }
        var chains: [[UUID]] = []
        for _ in 0..<20 { chains.append(try await chain(bench, tenant)) }
        let cancelled = try await withThrowingTaskGroup(of: UUID?.self) { group in
            group.addTask {
                try await bench.drainExpress(); return nil
            }
            for ids in chains {
                group.addTask {
                    do {
                        try await self.cancel(bench, tenant, ids[1])
                        return ids[1]
                    } catch let error as QueueError where [.inFlight, .alreadyLeft].contains(error.code) {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: Set<UUID>()) { if let id = $1 { $0.insert(id) } }
        }
        try await bench.drainExpress()
        #expect(Set(bench.gateway.accepted.keys) == Set(chains.map { $0[1] }).subtracting(cancelled))
    }
}
