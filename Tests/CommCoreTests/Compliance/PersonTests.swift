import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

/// Export and erasure, on a person of whom everything is known.
@Suite("Data of a person", .database)
struct PersonTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let api = TestDatabase.current.client(role: "comm_api")
    private let worker = TestDatabase.current.client(role: "comm_worker")
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct World {
        let bench: SenderBench
        let fixture: CampaignFixture
        let person: UUID
        var owner: PostgresClient { bench.client }
    }

    private static let address = "person1@example.com"

    /// A campaign was sent to three people; the first clicked, agreed, was refused by an import and edited by somebody.
    private func world() async throws -> World {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let person: UUID = try await bench.client.query("SELECT id FROM contacts WHERE email = \(Self.address)")[0].get("id")
        let (tenant, now) = (fixture.tenantID, time.now)
        try await bench.client.execute(
            """
            INSERT INTO email_events (tenant_id, id, bucket_at, type, campaign_id, contact_id, source, payload, occurred_at, received_at)
            SELECT tenant_id, gen_random_uuid(), \(now), 'clicked', \(fixture.campaignID), id, 'tracking',
                   jsonb_build_object('url', 'https://shop.example/one', 'ip', '203.0.113.7', 'userAgent', 'Secret/1.0', 'to', email),
                   \(now), \(now)
            FROM contacts WHERE tenant_id = \(tenant)
            """
        )
        let job = UUID()
        try await bench.client.execute(
            """
            INSERT INTO import_jobs (tenant_id, id, list_id, dry_run, report, created_at, finished_at)
            VALUES (\(tenant), \(job), \(fixture.listID), false, '{}', \(now), \(now))
            """
        )
        try await bench.client.execute(
            """
            INSERT INTO import_errors (tenant_id, import_id, row_number, code, message, value)
            VALUES (\(tenant), \(job), 1, 'invalid', 'bad row', 'Person1@example.com'),
                   (\(tenant), \(job), 2, 'invalid', 'bad row', 'x')
            """
        )
        var receipt = MessageDraft()
        (receipt.content.subject, receipt.content.text) = ("Your receipt", "For {{name}}")
        let to = MessageRecipientDraft(address: Self.address, variables: ["name": .text("Ann Private")])
        let message = try await submitter(bench).submit(receipt, to: to, tenantID: tenant).id
        try await bench.drainExpress()
        let delivered = Event(
            type: .delivered,
            tenantID: tenant,
            campaignID: nil,
            contactID: nil,
            messageID: message,
            source: "ses",
            occurredAt: now,
            payload: #"{"reason":"250 person1@example.com","recipient":"Person1@Example.com","smtp_code":"250"}"#
        )
        try await bench.client.withTransaction { _ = try await EventRecorder().record([delivered], on: $0, now: now) }
        receipt.sendAt = now.addingTimeInterval(86_400)
        _ = try await submitter(bench).submit(receipt, to: to, tenantID: tenant)
        try await TransactionSettings.$current.withValue(AuditRepository.settings(actor: "key:k", requestID: "r")) {
            let edit: SQL = "UPDATE contacts SET name = 'Ann Private' WHERE tenant_id = \(tenant) AND id = \(person)"
            _ = try await api.query(edit, tenant: tenant)
            let consent = ConsentDraft(state: "given", source: "form", ip: "203.0.113.7")
            _ = try await ConsentRepository(client: api, time: time).record(tenantID: tenant, contactID: person, draft: consent)
            _ = try await SuppressionRepository(client: api, time: time).add(tenantID: tenant, email: Self.address, note: "Ann called")
        }
        return World(bench: bench, fixture: fixture, person: person)
    }

    private func submitter(_ bench: SenderBench) -> MessageSubmitter {
        MessageSubmitter(
            client: bench.client,
            time: time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.client)
        )
    }

    private func erase(_ world: World, _ email: String = address) async throws -> Erasure {
        let repository = ErasureRepository(client: api, time: time)
        return try await repository.request(
            tenantID: world.fixture.tenantID,
            PersonAddress(email: email),
            confirm: email,
            requestedBy: "key:k"
        )
    }

    /// All text of all tables, as the owner sees it.
    private func everything(_ world: World) async throws -> String {
        let tables = try await world.owner.query(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        ).map { try $0.get("relname") as String }
        var text = ""
        for table in tables where table != "erasure_keys" {
            let rows = try await world.owner.query(
                "SELECT coalesce(string_agg(to_jsonb(t)::text, E'\\n'), '') AS text FROM \(identifier: table) t"
            )
            text += "\n== \(table)\n" + (try rows[0].get("text") as String)
        }
        return text
    }

    @Test("an export holds every section, in JSON and in CSV, of this person only")
    func export() async throws {
        let world = try await world()
        let export = PersonExport(client: api, time: time)
        let subject = try await export.find(tenantID: world.fixture.tenantID, PersonAddress(email: "PERSON1@example.com"))
        let box = TextBox()
        try await export.write(subject, format: .json) { await box.append($0) }
        let text = await box.text
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["email"] as? String == Self.address)
        for section in PersonSection.all.map(\.name) {
            let rows = try #require(object[section] as? [[String: Any]], "\(section)")
            let isEmpty = section == "queued_messages"  // What was queued has been sent.
            #expect(rows.isEmpty == isEmpty, "\(section)")
        }
        #expect(text.contains("Ann Private") && text.contains("203.0.113.7") && !text.contains("person2@example.com"))
        let csv = TextBox()
        try await export.write(subject, format: .csv) { await csv.append($0) }
        let lines = await csv.text
        #expect(lines.contains("\"messages\",") && !lines.contains("person2@example.com"))
    }

    @Test("nobody is found who is not there, or is another tenant's")
    func notFound() async throws {
        let world = try await world()
        let export = PersonExport(client: api, time: time)
        let stranger = try await CampaignFixture.make(on: world.owner, contacts: 0, now: time.now, status: "draft")
        for (tenant, email) in [(world.fixture.tenantID, "nobody@example.com"), (stranger.tenantID, Self.address)] {
            await #expect(throws: ComplianceError(.notFound, "Contact not found")) {
                try await export.find(tenantID: tenant, PersonAddress(email: email))
            }
        }
        for email in [nil, "", "x"] {
            let error = await #expect(throws: ComplianceError.self) {
                try await export.find(tenantID: world.fixture.tenantID, PersonAddress(email: email))
            }
            #expect(error?.code == .invalid)
        }
    }

    @Test("an erasure leaves nothing of the person anywhere, and everything of the others")
    func erasure() async throws {
        let world = try await world()
        let before = try await everything(world)
        #expect(before.contains(Self.address) && before.contains("Ann Private") && before.contains("Secret/1.0"))
        let requested = try await erase(world)
        #expect(requested.state == .queued && requested.finishedAt == nil)
        let job = ErasureWorker(client: worker, time: time, logger: Self.logger)
        #expect(try await job.run())
        #expect(try await !job.run())
        let after = try await everything(world)
        let words = [Self.address, "Person1@", "Ann Private", "Ann called", world.person.uuidString.lowercased()]
        for word in words { #expect(!after.contains(word), "\(word): \(Self.places(of: word, in: after))") }
        #expect(after.contains("person2@example.com") && after.contains("person3@example.com"))
        let certificate = try await ErasureRepository(client: api, time: time).get(tenantID: world.fixture.tenantID, id: requested.id)
        #expect(certificate.state == .done && certificate.finishedAt == time.now)
        #expect(certificate.erased["contacts"] == 1 && certificate.erased["events"] == 1 && certificate.erased["messages"] == 1)
        #expect(certificate.erased["import_errors"] == 1 && certificate.erased["suppressions"] == 1)
    }

    private static func places(of word: String, in text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.contains(word) }.map { $0.prefix(300) }
    }

    private static let number = "+4915112345678"
    private static let token = "fcm-registration:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx"

    /// A push to a device, an SMS to a number and what waits behind them; the first contact has the number.
    ///
    /// - Returns: the bench, the tenant, and the ids of the push and the SMS.
    private func reached(phones: [String] = ["+49 1511 2345678"]) async throws -> (SenderBench, UUID, push: UUID, sms: UUID) {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now, status: "draft")
        for (index, phone) in phones.enumerated() {
            let address = "person\(index + 1)@example.com"
            try await bench.client.execute("UPDATE contacts SET phone = \(phone) WHERE email = \(address)")
        }
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: fixture.tenantID)
        let push = try await requests.sent([Self.token], channel: .push, gateway: "fcm")[0]
        let sms = try await requests.sent([Self.number, "+4915199999999"], channel: .sms)[0]
        for (message, channel) in [(push, Channel.push), (sms, .sms)] {
            let failed = Event(
                type: .failed,
                tenantID: fixture.tenantID,
                campaignID: nil,
                contactID: nil,
                messageID: message,
                channel: channel,
                source: "test",
                occurredAt: time.now,
                payload: #"{"to":"\#(channel == .sms ? Self.number : Self.token)","smtp_code":"30003"}"#
            )
            try await bench.client.withTransaction { [time] in _ = try await EventRecorder().record([failed], on: $0, now: time.now) }
        }
        var draft = MessageDraft()
        (draft.channel, draft.content.text, draft.sendAt) = ("push", "Your taxi", time.now.addingTimeInterval(3_600))
        var next = MessageFallbackDraft(recipient: MessageRecipientDraft(address: Self.number))
        (next.channel, next.content.text) = ("sms", "Your taxi is here")
        draft.fallbacks = [next]
        _ = try await submitter(bench).submit(draft, to: MessageRecipientDraft(address: Self.token), tenantID: fixture.tenantID)
        return (bench, fixture.tenantID, push, sms)
    }

    private func exported(_ tenant: UUID, _ address: PersonAddress) async throws -> [String: Any] {
        let export = PersonExport(client: api, time: time)
        let box = TextBox()
        try await export.write(try await export.find(tenantID: tenant, address), format: .json) { await box.append($0) }
        return try #require(try JSONSerialization.jsonObject(with: Data(await box.text.utf8)) as? [String: Any])
    }

    private func forget(_ tenant: UUID, _ address: PersonAddress) async throws -> Erasure {
        let repository = ErasureRepository(client: api, time: time)
        let confirm = address.email ?? address.phone ?? address.pushToken
        let made = try await repository.request(tenantID: tenant, address, confirm: confirm, requestedBy: "key:k")
        while try await ErasureWorker(client: worker, time: time, logger: Self.logger).run() {}
        return try await repository.get(tenantID: tenant, id: made.id)
    }

    private func count(_ export: [String: Any], _ section: String) -> Int { (export[section] as? [Any])?.count ?? -1 }

    @Test(
        "a contact's mail address and number are one person, by either of them",
        arguments: [PersonAddress(email: "person1@example.com"), PersonAddress(phone: "+49 (1511) 234-5678")]
    )
    func contactWithNumber(address: PersonAddress) async throws {
        let (bench, tenant, _, _) = try await reached()
        let export = try await exported(tenant, address)
        #expect(count(export, "contact") == 1 && count(export, "single_messages") == 1 && count(export, "waiting_messages") == 1)
        #expect(count(export, "single_message_events") == 1 && export["email"] as? String == "person1@example.com")
        #expect(Set(export["addresses"] as? [String] ?? []) == ["person1@example.com", Self.number])
        let done = try await forget(tenant, address)
        #expect(done.state == .done && done.erased["contacts"] == 1 && done.erased["test_messages"] == 1)
        #expect(done.erased["message_fallbacks"] == 1 && done.erased["single_message_events"] == 1 && done.erased["contact_numbers"] == 0)
        let other = try await CampaignFixture.make(on: bench.client, contacts: 0, now: time.now, status: "draft")
        let after = try await everything(World(bench: bench, fixture: other, person: UUID()))
        for word in [Self.number, "person1@example.com", "1511 2345678"] {
            #expect(!after.contains(word), "\(Self.places(of: word, in: after))")
        }
        #expect(after.contains("person2@example.com") && after.contains("+4915199999999") && after.contains("30003"))
        // By its mark neither is written to any more, and the erasure is found by either.
        let suppressions = SuppressionRepository(client: api, time: time)
        #expect(try await suppressions.isSuppressed(tenantID: tenant, email: "person1@example.com"))
        let sms = try await RequestFixture(client: bench.client, time: time, tenantID: tenant).enqueue([Self.number], channel: .sms)
        try await bench.drainExpress()
        let outcomes = try await RequestFixture(client: bench.client, time: time, tenantID: tenant).outcomes(sms)
        #expect(outcomes == ["suppressed:erased"])
        let erasures = ErasureRepository(client: api, time: time)
        for asked in [PersonAddress(email: "person1@example.com"), PersonAddress(phone: Self.number)] {
            #expect(try await erasures.list(tenantID: tenant, of: asked).map(\.id) == [done.id])
        }
    }

    @Test("a number that several contacts have stands for itself: they stay without it")
    func sharedNumber() async throws {
        let (bench, tenant, _, _) = try await reached(phones: [Self.number, "+49-1511-2345678"])
        #expect(count(try await exported(tenant, PersonAddress(email: "person1@example.com")), "single_messages") == 0)
        let export = try await exported(tenant, PersonAddress(phone: Self.number))
        #expect(count(export, "contact") == 2 && count(export, "single_messages") == 1 && export["email"] == nil)
        let done = try await forget(tenant, PersonAddress(phone: Self.number))
        #expect(done.erased["contact_numbers"] == 2 && done.erased["contacts"] == 0 && done.erased["test_messages"] == 1)
        let left = try await bench.client.query("SELECT phone FROM contacts WHERE tenant_id = \(tenant)")
        #expect(try left.count == 3 && left.allSatisfy { try $0.get("phone") as String? == nil })
    }

    @Test("a person of whom only a device is known is handed out and forgotten by its registration")
    func device() async throws {
        let (bench, tenant, push, _) = try await reached()
        let asked = PersonAddress(pushToken: Self.token)
        let export = try await exported(tenant, asked)
        #expect(count(export, "single_messages") == 1 && count(export, "waiting_messages") == 1 && count(export, "contact") == 0)
        #expect(count(export, "single_message_events") == 1)
        let done = try await forget(tenant, asked)
        #expect(done.erased["test_messages"] == 1 && done.erased["queued_tests"] == 1 && done.erased["contacts"] == 0)
        let other = try await CampaignFixture.make(on: bench.client, contacts: 0, now: time.now, status: "draft")
        let after = try await everything(World(bench: bench, fixture: other, person: UUID()))
        #expect(!after.contains(Self.token), "\(Self.places(of: Self.token, in: after))")
        #expect(after.contains(Self.number))
        let row = try await bench.client.query("SELECT recipient, merge_values FROM delivery_events WHERE id = \(push)")[0]
        #expect(try row.get("recipient") as String == "erased")
        #expect(try await ErasureRepository(client: api, time: time).list(tenantID: tenant, of: asked).map(\.id) == [done.id])
        await #expect(throws: ComplianceError(.notFound, "Contact not found")) { try await self.exported(other.tenantID, asked) }
    }

    @Test("what was said to an erased person is not tried again, whatever became of it")
    func notRetried() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        bench.gateway.answer { _ in .failed(reason: "550 no") }
        try await bench.expandAll()
        try await bench.drain()
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: fixture.tenantID)
        _ = try await requests.enqueue([Self.address, "bob@example.com"], channel: .email)
        try await bench.drainExpress()
        _ = try await forget(fixture.tenantID, PersonAddress(email: Self.address))
        time.advance(by: 60)
        let campaign = try await RetryRepository(client: api, time: time)
            .request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: RetryClass.failures, by: nil)
        let messages = try await MessageRetryRepository(client: api, time: time)
            .request(tenantID: fixture.tenantID, selection: RetrySelection(), classes: RetryClass.failures, by: nil)
        #expect(campaign?.requested == 1 && messages.wish?.requested == 1)
    }

    @Test("statistics stay: counters, events by link, messages by domain")
    func statistics() async throws {
        let world = try await world()
        func numbers() async throws -> [String] {
            try await world.owner.query(
                """
                SELECT 'metrics ' || to_jsonb(m)::text AS line FROM campaign_delivery_metrics m
                UNION ALL SELECT 'events ' || type || ' ' || coalesce(payload->>'url', '') || ' ' || count(*) FROM email_events GROUP BY type, payload->>'url'
                UNION ALL SELECT 'messages ' || outcome || ' ' || split_part(recipient, '@', -1) || ' ' || count(*)
                FROM delivery_events GROUP BY outcome, split_part(recipient, '@', -1) ORDER BY 1
                """
            ).map { try $0.get("line") }
        }
        let before = try await numbers()
        _ = try await erase(world)
        _ = try await ErasureWorker(client: worker, time: time, logger: Self.logger).run()
        #expect(try await numbers() == before)
    }

    @Test("the address stays unmailable from the request on, without being known: import and mail it again, and nothing is sent")
    func staysSuppressed() async throws {
        let world = try await world()
        _ = try await erase(world)
        let suppressions = SuppressionRepository(client: api, time: time)
        #expect(try await suppressions.isSuppressed(tenantID: world.fixture.tenantID, email: "Person1@Example.com"))
        _ = try await ErasureWorker(client: worker, time: time, logger: Self.logger).run()
        #expect(try await suppressions.isSuppressed(tenantID: world.fixture.tenantID, email: Self.address))
        #expect(try await !suppressions.isSuppressed(tenantID: world.fixture.tenantID, email: "person2@example.com"))
        let page = try await SuppressionListRepository(client: api, time: time).page(tenantID: world.fixture.tenantID)
        #expect(page.suppressions.count == 1 && page.suppressions.allSatisfy { $0.isErased && $0.email == nil })
        let again = try await CampaignFixture.make(on: world.owner, contacts: 0, now: time.now)
        #expect(try await !suppressions.isSuppressed(tenantID: again.tenantID, email: Self.address), "another tenant's key differs")
    }

    @Test("what waits in the queue is given up and carries nothing of the person")
    func queued() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        try await bench.expandAll()
        let world = World(bench: bench, fixture: fixture, person: UUID())
        _ = try await erase(world)
        _ = try await ErasureWorker(client: worker, time: time, logger: Self.logger).run()
        try await bench.drain()
        let outcomes = try await bench.outcomes(of: fixture)
        #expect(outcomes["sent"] == 2 && outcomes.values.reduce(0, +) == 3, "\(outcomes)")
        #expect(try await !everything(world).contains(Self.address))
    }

    @Test("a request needs the address twice, and one that waits already is the same one")
    func requests() async throws {
        let world = try await world()
        let repository = ErasureRepository(client: api, time: time)
        for (email, confirm, field) in [
            (nil, nil, "email"), ("x", "x", "email"), (Self.address, nil, "confirm"), (Self.address, "person2@example.com", "confirm"),
        ] as [(String?, String?, String)] {
            let error = await #expect(throws: ComplianceError.self) {
                try await repository.request(
                    tenantID: world.fixture.tenantID,
                    PersonAddress(email: email),
                    confirm: confirm,
                    requestedBy: "key:k"
                )
            }
            #expect(error?.problems.map(\.field) == [field])
        }
        let first = try await erase(world)
        #expect(try await erase(world).id == first.id)
        #expect(
            try await repository.list(tenantID: world.fixture.tenantID, of: PersonAddress(email: "PERSON1@example.com")).map(\.id) == [
                first.id
            ]
        )
        #expect(try await repository.list(tenantID: world.fixture.tenantID, of: PersonAddress(email: "person2@example.com")).isEmpty)
        let stranger = try await CampaignFixture.make(on: world.owner, contacts: 0, now: time.now, status: "draft")
        await #expect(throws: ComplianceError(.notFound, "Erasure not found")) {
            try await repository.get(tenantID: stranger.tenantID, id: first.id)
        }
    }

    @Test("an erasure whose worker died is done again when its lease is over")
    func lease() async throws {
        let world = try await world()
        let requested = try await erase(world)
        try await world.owner.execute(
            "UPDATE erasures SET state = 'running', attempts = 1, due_at = \(time.now.addingTimeInterval(600)) WHERE id = \(requested.id)"
        )
        let job = ErasureWorker(client: worker, time: time, logger: Self.logger)
        #expect(try await !job.run())
        time.advance(by: 600)
        #expect(try await job.run())
        #expect(try await !everything(world).contains(Self.address))
    }

    @Test("the mark is HMAC-SHA256, as everybody computes it")
    func mark() async throws {
        // RFC 4231, test case 2.
        let pads = ErasureKey.pads(of: Array("Jefe".utf8))
        let rows = try await TestDatabase.current.client.query(
            "SELECT comm_address_mark('what do ya want for nothing?', \(pads.inner), \(pads.outer)) AS mark"
        )
        #expect(try rows[0].get("mark") as String == "#5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
