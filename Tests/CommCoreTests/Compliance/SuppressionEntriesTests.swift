import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("Entries of the suppression list", .database)
struct SuppressionEntriesTests {
    private let domain = DomainFixture()

    private func importer() -> SuppressionImporter {
        SuppressionImporter(client: domain.client, time: domain.time)
    }

    private func run(_ text: String, tenant: UUID, common: SuppressionDraft = SuppressionDraft(), dryRun: Bool = false) async throws
        -> SuppressionImporter.Report
    {
        // In pieces of seven bytes, so that records are cut anywhere.
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 7).map { Array(bytes[$0..<min($0 + 7, bytes.count)]) }
        let stream = AsyncStream<[UInt8]> { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }
        return try await importer().run(try await SuppressionUpload.receive(stream), tenantID: tenant, common: common, dryRun: dryRun)
    }

    @Test("what is suppressed is the address whatever its case and spelling of the domain; a plus makes another address")
    func normalization() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.suppressions.add(tenantID: tenant, email: "Ann.Lee@MÜLLER.example")
        for same in ["ann.lee@müller.example", "ANN.LEE@xn--mller-kva.EXAMPLE", " ann.lee@xn--mller-kva.example "] {
            #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: same), "\(same)")
        }
        for other in ["ann.lee+news@müller.example", "annlee@müller.example", "ann.lee@muller.example", "ann.lee@sub.müller.example"] {
            #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: other), "\(other)")
        }
    }

    @Test("a domain means its own addresses, not those of its subdomains")
    func domains() async throws {
        let tenant = try await domain.tenant()
        let added = try await domain.suppressions.add(tenantID: tenant, draft: SuppressionDraft(domain: "Müller.Example", scope: "domain"))
        #expect(added.suppression.domain == "xn--mller-kva.example" && added.suppression.email == nil && added.contactsUpdated == 0)
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "anybody@müller.example"))
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "anybody@mail.müller.example"))
    }

    @Test(
        "what does not fit together is refused, and the field named",
        arguments: [
            (SuppressionDraft(email: "a@ex.test", scope: "everything"), "scope"),
            (SuppressionDraft(email: "a@ex.test", scope: "list"), "list_id"),
            (SuppressionDraft(email: "a@ex.test", listID: UUID()), "list_id"),
            (SuppressionDraft(email: "a@ex.test", scope: "domain"), "email"),
            (SuppressionDraft(domain: "not a domain"), "domain"), (SuppressionDraft(email: "a@ex.test", domain: "ex.test"), "domain"),
            (SuppressionDraft(email: "a@ex.test", reason: " "), "reason"), (SuppressionDraft(email: "a@ex.test", note: "a\u{0}b"), "note"),
            (SuppressionDraft(email: "a@ex.test", expiresAt: Date(timeIntervalSince1970: 0)), "expires_at"),
            (SuppressionDraft(scope: "domain"), "domain"), (SuppressionDraft(), "email"),
        ]
    )
    func refusals(draft: SuppressionDraft, field: String) throws {
        let error = #expect(throws: ComplianceError.self) { try CheckedSuppression(draft, now: Date(timeIntervalSince1970: 1_000_000)) }
        #expect(error?.code == .invalid && error?.problems.map(\.field).contains(field) == true, "\(error?.problems ?? [])")
    }

    @Test("a foreign list is not found")
    func foreignList() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        let list = try await domain.list(of: theirs)
        await #expect(throws: ComplianceError(.notFound, "List not found")) {
            try await domain.suppressions.add(tenantID: mine, draft: SuppressionDraft(email: "a@ex.test", scope: "list", listID: list))
        }
    }

    @Test("scopes of one address stand beside each other; the marketing scope leaves the contact's status alone")
    func scopesTogether() async throws {
        let tenant = try await domain.tenant()
        let list = try await domain.list(of: tenant, emails: ["ann@ex.test"])
        for draft in [
            SuppressionDraft(email: "ann@ex.test", scope: "marketing"), SuppressionDraft(email: "ann@ex.test", scope: "list", listID: list),
        ] {
            #expect(try await domain.suppressions.add(tenantID: tenant, draft: draft).contactsUpdated == 0)
        }
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test"))
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "ann@ex.test", isMarketing: true))
        #expect(try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test").contactsUpdated == 1)
        let page = try await domain.suppressionList.page(tenantID: tenant)
        #expect(Set(page.suppressions.map(\.scope)) == [.all, .marketing, .list])
        let lists = try await domain.suppressionList.page(tenantID: tenant, filter: SuppressionFilter(scope: .list))
        #expect(lists.suppressions.map(\.listID) == [list] && lists.total == 1)
    }

    @Test("a bulk counts what is new, what was there and what is no address")
    func bulk() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@ex.test", "bob@ex.test"])
        _ = try await domain.suppressions.add(tenantID: tenant, email: "bob@ex.test")
        let bulk = SuppressionBulk(repository: domain.suppressions, time: domain.time)
        let report = try await bulk.add(
            ["ann@ex.test", "ANN@ex.test", "bob@ex.test", "nobody", "cee@ex.test"],
            common: SuppressionDraft(reason: "bulk_import"),
            tenantID: tenant
        )
        #expect(report.processed == 5 && report.added == 2 && report.skipped == 2 && report.contactsUpdated == 1)
        #expect(report.totalErrors == 1 && report.errors == [.init(email: "nobody", error: "Valid email address required")])
        for wrong in [nil, [], [String](repeating: "a@ex.test", count: 1_001)] {
            await #expect(throws: ComplianceError.self) { try await bulk.add(wrong, common: SuppressionDraft(), tenantID: tenant) }
        }
    }

    @Test("an import takes addresses and domains with their own words, reports the rest, and changes nothing the second time")
    func fileImport() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@ex.test"])
        let text = """
            \u{FEFF}Email;Domain;Scope;Reason;expires_at
            ann@ex.test;;;complaint;
            bob@ex.test;;marketing;;2027-01-31T08:00:00Z
            ;spam.example;;;
            nobody;;;;
            cee@ex.test;;everywhere;;
            dee@ex.test;;;;yesterday

            """
        let report = try await run(text, tenant: tenant, common: SuppressionDraft(reason: "import", source: "csv"))
        #expect(report.processed == 6 && report.added == 3 && report.skipped == 0 && report.contactsUpdated == 1 && report.errors == 3)
        #expect(report.errorSamples.map(\.row) == [5, 6, 7] && report.errorsKept == 3)
        #expect(report.errorSamples.map(\.value) == ["nobody", "everywhere", "yesterday"])
        let imports = ImportRepository(client: domain.client)
        func stored(_ tenant: UUID) async throws -> SuppressionImporter.Report? {
            try await imports.report(SuppressionImporter.Report.self, of: .suppressions, tenantID: tenant, importID: report.importID)
        }
        #expect(try await stored(tenant) == report)
        #expect(try await stored(try await domain.tenant()) == nil)
        #expect(try await imports.report(tenantID: tenant, importID: report.importID) == nil)
        let page = try await domain.suppressionList.page(tenantID: tenant)
        #expect(Set(page.suppressions.map(\.reason)) == ["complaint", "import"])
        #expect(page.suppressions.compactMap(\.domain) == ["spam.example"])
        let again = try await run(text, tenant: tenant, common: SuppressionDraft(reason: "import", source: "csv"))
        #expect(again.added == 0 && again.skipped == 3 && again.contactsUpdated == 0)
        let log = try await AuditRepository(client: domain.client).page(tenantID: tenant, filter: AuditFilter(eventType: "csv_upload"))
        #expect(log.entries.map(\.action) == ["imported", "imported"])
    }

    @Test("a file whose end cannot be read stores nothing of its beginning, and neither does one that meets an error on the way")
    func allOrNothing() async throws {
        let tenant = try await domain.tenant()
        let many = (0..<5_000).map { "p\($0)@ex.test" }.joined(separator: "\n")
        await #expect(throws: ImportError.self) { try await run("email\n\(many)\n\"open", tenant: tenant) }
        // The transaction is refused when it writes its report, behind all of its rows.
        try await domain.owner.execute("ALTER TABLE import_jobs ADD CONSTRAINT refused CHECK (kind <> 'suppressions')")
        await #expect(throws: PostgresError.self) { try await run("email\n\(many)\n", tenant: tenant) }
        #expect(try await domain.suppressionList.page(tenantID: tenant).total == 0)
        try await domain.owner.execute("ALTER TABLE import_jobs DROP CONSTRAINT refused")
        #expect(try await run("email\n\(many)\n", tenant: tenant).added == 5_000)
    }

    @Test("a dry run stores nothing, and a file without a usable header or with broken quotes is refused")
    func refusedFiles() async throws {
        let tenant = try await domain.tenant()
        let report = try await run("email\nann@ex.test\nx\n", tenant: tenant, dryRun: true)
        #expect(report.processed == 2 && report.added == 0 && report.errors == 1)
        for text in ["name\nann\n", "", "email\n\"ann@ex.test\n"] {
            await #expect(throws: ImportError.self, "\(text)") { try await run(text, tenant: tenant) }
        }
        #expect(try await domain.suppressionList.page(tenantID: tenant).total == 0)
    }

    @Test("a large file goes in portions and the export gives it back")
    func largeFile() async throws {
        let tenant = try await domain.tenant()
        let text = "email\n" + (1...5_000).map { "p\($0)@ex.test\n" }.joined()
        #expect(try await run(text, tenant: tenant).added == 5_000)
        let box = TextBox()
        try await domain.suppressionList.export(tenantID: tenant) { await box.append($0) }
        let exported = await box.text
        let lines = exported.split(whereSeparator: \.isNewline)
        #expect(lines.count == 5_001 && lines[0].contains("\"email\",\"domain\",\"scope\""))
        let other = try await domain.tenant()
        #expect(try await run(exported, tenant: other).added == 5_000)
    }

    @Test("pages by cursor meet every entry once, also those of one moment")
    func cursor() async throws {
        let tenant = try await domain.tenant()
        let bulk = SuppressionBulk(repository: domain.suppressions, time: domain.time)
        _ = try await bulk.add((1...25).map { "p\($0)@ex.test" }, common: SuppressionDraft(), tenantID: tenant)
        var seen: [UUID] = []
        var cursor: TimeCursor?
        repeat {
            let page = try await domain.suppressionList.page(tenantID: tenant, limit: 10, after: cursor)
            seen += page.suppressions.map(\.id)
            #expect(page.total == 25)
            cursor = page.next
        } while cursor != nil
        #expect(seen.count == 25 && Set(seen).count == 25)
    }

    @Test("the history keeps who added, changed and removed an entry and why, and nobody can rewrite it")
    func history() async throws {
        let tenant = try await domain.tenant()
        let settings = AuditRepository.settings(actor: "key:tester", requestID: "r-1")
        try await TransactionSettings.$current.withValue(settings) {
            let end = domain.time.now.addingTimeInterval(60)
            let added = try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test", note: "by phone", expiresAt: end)
            _ = try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test")
            _ = try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test")
            try await domain.suppressions.remove(tenantID: tenant, id: added.suppression.id, reason: "a mistake")
        }
        let changes = try await domain.suppressionList.history(tenantID: tenant, address: "ANN@ex.test")
        #expect(changes.map(\.action) == ["removed", "changed", "added"])
        #expect(changes.map(\.note) == ["a mistake", "by phone", "by phone"])
        #expect(changes.allSatisfy { $0.actor == "key:tester" && $0.email == "ann@ex.test" })
        for statement in ["UPDATE suppression_history SET note = 'x'", "DELETE FROM suppression_history"] as [SQL] {
            await #expect(throws: PostgresError.self) { try await domain.client.query(statement, tenant: tenant) }
            await #expect(throws: PostgresError.self) { try await domain.owner.execute(statement) }
        }
        #expect(try await domain.suppressionList.history(tenantID: try await domain.tenant(), address: "ann@ex.test").isEmpty)
    }

    @Test("entries whose time is over leave the list and are in the history as expired")
    func expiry() async throws {
        let tenant = try await domain.tenant()
        let end = domain.time.now.addingTimeInterval(60)
        _ = try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test", expiresAt: end)
        _ = try await domain.suppressions.add(tenantID: tenant, email: "bob@ex.test")
        let worker = TestDatabase.current.client(role: "comm_worker")
        let expiry = SuppressionExpiry(client: worker, time: domain.time)
        #expect(try await expiry.run() == false)
        #expect(try await domain.suppressionList.page(tenantID: tenant).total == 2)
        domain.time.advance(by: 60)
        #expect(try await domain.suppressionList.page(tenantID: tenant, filter: SuppressionFilter(isActive: false)).total == 1)
        _ = try await expiry.run()
        let left = try await domain.owner.query("SELECT email FROM suppressions WHERE tenant_id = \(tenant)")
        #expect(try left.map { try $0.get("email") as String } == ["bob@ex.test"])
        let changes = try await domain.suppressionList.history(tenantID: tenant, address: "ann@ex.test")
        #expect(changes.map(\.action) == ["expired", "added"])
    }

    @Test("the numbers count what counts")
    func stats() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@ex.test", "bob@ex.test", "cee@ex.test"])
        domain.time.advance(by: -20 * 86_400)
        _ = try await domain.suppressions.add(tenantID: tenant, email: "ann@ex.test", reason: "bounce", source: "webhook")
        domain.time.advance(by: 20 * 86_400)
        _ = try await domain.suppressions.add(tenantID: tenant, email: "dee@ex.test")
        _ = try await domain.suppressions.add(tenantID: tenant, draft: SuppressionDraft(domain: "spam.example"))
        let stats = try await domain.suppressionList.stats(tenantID: tenant)
        #expect(stats.total == 3 && stats.last7Days == 2 && stats.last30Days == 3)
        #expect(stats.byReason == ["unsubscribe": 0, "bounce": 1, "complaint": 0, "manual": 2])
        #expect(stats.byScope == ["all": 2, "marketing": 0, "list": 0, "domain": 1])
        #expect(stats.contacts == 3 && stats.activeContacts == 2 && stats.unsubscribedContacts == 1)
    }

    @Test("bounces of the platform count when this tenant's motor blocks mailed the address, and no other")
    func bounces() async throws {
        let platform = try await TestDatabase.current.platform()
        let tenant = try await domain.tenant()
        let campaign = try await domain.campaign(of: tenant)
        let foreign = UUID()
        let now = domain.time.now
        for (address, code, category, block, age) in [
            ("Hard@ex.test", 550, nil, campaign.motorBlockID, 1), ("soft@ex.test", 450, nil, campaign.motorBlockID, 1),
            ("category@ex.test", nil, "hard", campaign.motorBlockID, 1), ("theirs@ex.test", 550, nil, foreign, 1),
            ("old@ex.test", 550, nil, campaign.motorBlockID, 40),
        ] as [(String, Int?, String?, UUID, Int)] {
            let event = UUID()
            let at = now.addingTimeInterval(-Double(age) * 86_400)
            try await platform.client.execute("INSERT INTO email_events (id, recipient_email) VALUES (\(event), \(address))")
            try await platform.client.execute(
                """
                INSERT INTO bounce_analysis (email_event_id, smtp_code, bounce_category, created_at)
                VALUES (\(event), \(code), \(category), \(at))
                """
            )
            try await platform.client.execute(
                """
                INSERT INTO email_logs (id, motor_block_id, to_address, status, created_at)
                VALUES (gen_random_uuid(), \(block), \(address), 'bounced', \(at))
                """
            )
        }
        _ = try await domain.suppressions.add(tenantID: tenant, email: "category@ex.test")
        let importer = BounceImporter(client: domain.client, platform: platform.client, time: domain.time)
        let report = try await importer.run(tenantID: tenant, days: 30)
        #expect(report.totalFound == 2 && report.imported == 1 && report.skipped == 1)
        #expect(try await domain.suppressions.isSuppressed(tenantID: tenant, email: "hard@ex.test"))
        #expect(try await !domain.suppressions.isSuppressed(tenantID: tenant, email: "theirs@ex.test"))
        #expect(try await importer.run(tenantID: try await domain.tenant(), days: 30).totalFound == 0)
    }
}
