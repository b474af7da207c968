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
        _ = try await MessageSubmitter(
            client: bench.client,
            time: time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.client)
        ).submit(receipt, to: to, tenantID: tenant)
        try await bench.drainExpress()
        try await TransactionSettings.$current.withValue(AuditRepository.settings(actor: "key:k", requestID: "r")) {
            let edit: SQL = "UPDATE contacts SET name = 'Ann Private' WHERE tenant_id = \(tenant) AND id = \(person)"
            _ = try await api.query(edit, tenant: tenant)
            let consent = ConsentDraft(state: "given", source: "form", ip: "203.0.113.7")
            _ = try await ConsentRepository(client: api, time: time).record(tenantID: tenant, contactID: person, draft: consent)
            _ = try await SuppressionRepository(client: api, time: time).add(tenantID: tenant, email: Self.address, note: "Ann called")
        }
        return World(bench: bench, fixture: fixture, person: person)
    }

    private func erase(_ world: World, _ email: String = address) async throws -> Erasure {
        let repository = ErasureRepository(client: api, time: time)
        return try await repository.request(tenantID: world.fixture.tenantID, email: email, confirm: email, requestedBy: "key:k")
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
        let subject = try await export.find(tenantID: world.fixture.tenantID, email: "PERSON1@example.com")
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
            await #expect(throws: ComplianceError(.notFound, "Contact not found")) { try await export.find(tenantID: tenant, email: email) }
        }
        for email in [nil, "", "x"] {
            let error = await #expect(throws: ComplianceError.self) {
                try await export.find(tenantID: world.fixture.tenantID, email: email)
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

    @Test("statistics stay: counters, events by link, messages by domain")
    func statistics() async throws {
        let world = try await world()
        func numbers() async throws -> [String] {
            try await world.owner.query(
                """
                SELECT 'metrics ' || to_jsonb(m)::text AS line FROM campaign_delivery_metrics m
                UNION ALL SELECT 'events ' || type || ' ' || (payload->>'url') || ' ' || count(*) FROM email_events GROUP BY type, payload->>'url'
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
                try await repository.request(tenantID: world.fixture.tenantID, email: email, confirm: confirm, requestedBy: "key:k")
            }
            #expect(error?.problems.map(\.field) == [field])
        }
        let first = try await erase(world)
        #expect(try await erase(world).id == first.id)
        #expect(try await repository.list(tenantID: world.fixture.tenantID, email: "PERSON1@example.com").map(\.id) == [first.id])
        #expect(try await repository.list(tenantID: world.fixture.tenantID, email: "person2@example.com").isEmpty)
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
