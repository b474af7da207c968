import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Messages of requests in statistics", .database)
struct RequestRollUpTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    /// Submits a message to each address: newsletters, which are in the history of contacts, or receipts, which are not.
    private func submit(_ type: String, to addresses: [String], _ bench: ReportBench) async throws {
        let submitter = MessageSubmitter(
            client: bench.client,
            time: time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.client)
        )
        var draft = MessageDraft()
        (draft.messageType, draft.content.subject, draft.content.text) = (type, "Hello", "Text")
        _ = try await submitter.submit(draft, to: addresses.map { MessageRecipientDraft(address: $0) }, tenantID: bench.fixture.tenantID)
    }

    private func addresses(_ bench: ReportBench) async throws -> [String] {
        try await bench.client.query("SELECT email FROM contacts WHERE tenant_id = \(bench.fixture.tenantID) ORDER BY email")
            .map { try $0.get("email") }
    }

    private func events(_ bench: ReportBench, _ types: [EventType]) async throws -> [Event] {
        let rows = try await bench.client.query("SELECT id, contact_id FROM delivery_events WHERE request_id IS NOT NULL ORDER BY id")
        return try rows.flatMap { row in
            try types.map { type in
                Event(
                    type: type,
                    tenantID: bench.fixture.tenantID,
                    campaignID: nil,
                    contactID: try row.get("contact_id"),
                    messageID: try row.get("id"),
                    source: "test",
                    occurredAt: time.now,
                    discriminator: "1"
                )
            }
        }
    }

    private func recipientDifferences(_ bench: ReportBench) async throws -> Int {
        try await RecipientProjectionRebuilder(client: bench.client, time: time)
            .rebuild(tenantID: bench.fixture.tenantID, isCheck: true).different
    }

    @Test("mail counts with its tenant, and in the history of a contact that a newsletter goes to; a rebuild says the same")
    func counted() async throws {
        let bench = try await ReportBench.make(contacts: 6, time: time)
        let sender = try SenderBench(time: time)
        time.advance(by: 3_600)
        let people = try await addresses(bench)
        // Two newsletters reach the first of them within one claim.
        try await submit("campaign", to: people, bench)
        try await submit("campaign", to: [people[0]], bench)
        try await submit("receipt", to: ["somebody@gmail.com"], bench)
        try await sender.drainExpress()
        // What waits is in neither, whoever looks.
        #expect(try await bench.differences() == [])
        #expect(try await recipientDifferences(bench) == 0)
        let (reported, now) = (try await events(bench, [.delivered, .opened]), time.now)
        _ = try await bench.worker.withTransaction { try await EventRecorder().record(reported, on: $0, now: now) }
        try await bench.process(limit: 2)

        let whole = try await bench.totals(.tenant)
        #expect(whole.sent == 6 + 8 && whole.delivered == 8 && whole.opened == 8)
        #expect(try await bench.totals().sent == 6)
        #expect(try await bench.differences() == [])
        let first = try await bench.client.query(
            "SELECT sent_count, last_sent_at, last_campaign_id FROM contacts WHERE email = \(people[0])"
        )[0]
        #expect(try first.get("sent_count") == 3)
        #expect(try first.get("last_sent_at") == time.now)
        #expect(try first.get("last_campaign_id") == bench.fixture.campaignID)
        #expect(try await recipientDifferences(bench) == 0)
        let counters: Int = try await bench.client.query(
            """
            SELECT sum(total)::int AS n FROM (
                SELECT outcome, total FROM delivery_counters UNION ALL SELECT outcome, total FROM delivery_counter_additions) k
             WHERE outcome = 'sent'
            """
        )[0].get("n")
        #expect(counters == 6 + 8)
    }

    @Test("text messages are no mail: they are counted by channel only")
    func otherChannels() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        try await bench.process()
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: bench.fixture.tenantID)
        _ = try await requests.sent(["+41791234567"], channel: .sms)
        let (reported, now) = (try await events(bench, [.delivered]), time.now)
        #expect(reported.count == 1)
        _ = try await bench.worker.withTransaction { try await EventRecorder().record(reported, on: $0, now: now) }
        try await bench.process()
        let whole = try await bench.totals(.tenant)
        #expect(whole.sent == 1 && whole.delivered == 0)
        #expect(try await bench.differences() == [])
    }

    @Test("what is taken back counts as skipped; what is tried again counts as what becomes of it", arguments: [false, true])
    func leaving(isProjectedBefore: Bool) async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        let sender = try SenderBench(time: time)
        try await bench.process()
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: bench.fixture.tenantID)
        let ids = try await requests.enqueue(["a@gmail.com", "b@gmail.com", "c@gmail.com"], channel: .email)
        try await MessageCancellation(client: bench.client, time: time).cancel(tenantID: requests.tenantID, id: ids[0])
        sender.gateway.answer { _ in .failed(reason: "broken") }
        try await sender.drainExpress()
        if isProjectedBefore {
            try await bench.process()
            let whole = try await bench.totals(.tenant)
            #expect(whole.skipped == 1 && whole.failed == 2)
        }
        time.advance(by: 60)
        let retry = MessageRetryRepository(client: bench.client, time: time)
        _ = try await retry.request(tenantID: requests.tenantID, selection: RetrySelection(), classes: RetryClass.allCases, by: nil)
        while try await CampaignRetrier(client: bench.worker, time: time, logger: .silent).step() {}
        #expect(try await bench.differences() == [])
        sender.gateway.answer { _ in .sent }
        time.advance(by: 60)
        try await sender.drainExpress()
        try await bench.process()
        let whole = try await bench.totals(.tenant)
        #expect(whole.skipped == 1 && whole.failed == 0 && whole.sent == 3)
        #expect(try await bench.differences() == [])
    }

    @Test("what turns out to be sent after all, or was lost and may not be sent any more, is counted anew")
    func corrected() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        let sender = try SenderBench(time: time)
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: bench.fixture.tenantID)
        let ids = try await requests.enqueue(["a@gmail.com", "b@gmail.com"], channel: .email)
        sender.gateway.answer { _ in .unknown(reason: "no answer") }
        try await sender.drainExpress()
        try await bench.process()
        #expect(try await bench.totals(.tenant).unknown == 2)
        time.advance(by: 60)
        let (reported, now) = (try await events(bench, [.delivered]), time.now)
        _ = try await bench.worker.withTransaction { try await EventRecorder().record(reported, on: $0, now: now) }
        while try await bench.rebuilder.rebuildMarked() {}
        let settled = try await bench.totals(.tenant)
        #expect(settled.sent == 3 && settled.unknown == 0)

        let lost = [
            QueuedMessage(
                id: ids[0],
                contactID: nil,
                recipient: "a@gmail.com",
                mergeValues: [],
                attempts: 1,
                verdict: .suppressed(reason: "complaint")
            )
        ]
        try await ExpressHandoverRepository(client: bench.worker).withdraw(lost, tenantID: requests.tenantID, now: time.now)
        while try await bench.rebuilder.rebuildMarked() {}
        let withdrawn = try await bench.totals(.tenant)
        #expect(withdrawn.sent == 2 && withdrawn.suppressed == 1)
        #expect(try await bench.differences() == [])
    }

    @Test("a campaign's message that is tried again counts as what becomes of it, without counting the campaign anew")
    func ofCampaign() async throws {
        let sender = try SenderBench(time: time, chunkSize: 2)
        let fixture = try await CampaignFixture.make(on: sender.client, contacts: 5, now: time.now)
        let bench = ReportBench(time: time, fixture: fixture, messages: [])
        sender.gateway.answer { _ in .failed(reason: "broken") }
        try await sender.expandAll()
        _ = try await sender.dispatcher.dispatchChunk()
        try await bench.process()
        _ = try await sender.dispatcher.dispatchChunk()
        time.advance(by: 60)
        _ = try await RetryRepository(client: sender.client, time: time)
            .request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: RetryClass.allCases, by: nil)
        while try await CampaignRetrier(client: bench.worker, time: time, logger: .silent).step() {}
        #expect(try await bench.differences() == [])
        sender.gateway.answer { _ in .sent }
        time.advance(by: 60)
        try await sender.drain()
        try await bench.process()
        let whole = try await bench.totals()
        #expect(whole.sent == 5 && whole.failed == 0)
        #expect(try await bench.differences() == [])
        #expect(try await bench.client.query("SELECT FROM rollup_marks").isEmpty)
    }
}
