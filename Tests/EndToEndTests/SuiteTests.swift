import CommTesting
import Foundation
import NIOHTTP1
import Postgres
import Testing

/// The three daemons, the platform's stand-in and nginx as real processes, counted at both ends.
@Suite("The whole suite", .database, .serialized)
struct SuiteTests {
    @Test("a campaign goes from a CSV file to the platform and back, through nginx", .timeLimit(.minutes(2)))
    func fromFileToDeliveryAndBack() async throws {
        try await withSuite { world in
            try await withProxy(world) {
                let tenant = try await SuiteTenant(in: world, base: world.settings.publicBase)
                let list = try await tenant.list()
                try await tenant.suppress(SuiteAudience.suppressed)
                try await tenant.unsubscribe(SuiteAudience.unsubscribed)
                let imported = try await tenant.importCSV(SuiteAudience.csv, into: list)
                #expect(imported.processed == SuiteAudience.rows)
                #expect(imported.errors == SuiteAudience.bad.count)
                #expect(imported.added == SuiteAudience.good)
                #expect(imported.upserts == SuiteAudience.duplicates)

                let (campaign, compiled) = try await tenant.sendCampaign(to: list)
                #expect(compiled.totalRecipients == SuiteAudience.mailable)
                #expect(compiled.excluded == 2)
                try await checkFirstCampaign(campaign, of: tenant, in: world)

                let leaver = try await visitAsRecipient(campaign, of: tenant, in: world)
                try await checkSecondCampaign(without: leaver, list: list, of: tenant, in: world)
            }
            #expect(await world.stop(SuiteProgram.daemons) == [0, 0, 0])
        }
    }

    @Test("a platform that loses, doubles and delays its webhooks is counted exactly", .timeLimit(.minutes(2)))
    func misbehavingPlatform() async throws {
        let misbehaviour = "drop-webhooks=0.2,duplicate-webhooks=0.3,delay-webhooks=1.5,bad-signature=0.1"
        try await withSuite(misbehaviour: misbehaviour, logPollSeconds: 1) { world in
            let tenant = try await SuiteTenant(in: world)
            let list = try await tenant.list()
            _ = try await tenant.importCSV(SuiteAudience.people(250), into: list)
            let (campaign, _) = try await tenant.sendCampaign(to: list)
            _ = try await tenant.waitForEvents(campaign)
            let platform = try await platformAtRest(world)
            #expect(platform.webhooksDropped > 0 && platform.webhooksDuplicated > 0)
            try await checkDelivered(250, campaign, of: tenant, in: world)
        }
    }

    @Test("comm-stats and comm-api killed while events come back lose none and count none twice", .timeLimit(.minutes(2)))
    func killedWhileEventsComeBack() async throws {
        try await withSuite(misbehaviour: "delay-webhooks=6,duplicate-webhooks=0.1") { world in
            let tenant = try await SuiteTenant(in: world)
            let list = try await tenant.list()
            _ = try await tenant.importCSV(SuiteAudience.people(300), into: list)
            let (campaign, _) = try await tenant.sendCampaign(to: list)
            for round in 1...2 {
                let before = try await delivered(campaign, in: world)
                try await eventually("events come back in round \(round)", every: .milliseconds(20)) {
                    try await delivered(campaign, in: world) >= min(300, before + 30)
                }
                await world.kill([.api, .stats])
                if round == 1 { #expect(try await delivered(campaign, in: world) < 300, "killed in the middle") }
                try await world.start([.api, .stats])
            }
            _ = try await tenant.waitForEvents(campaign)
            _ = try await platformAtRest(world)
            try await checkDelivered(300, campaign, of: tenant, in: world)
        }
    }

    /// Both ends agree: the API's statistics, the delivery log, the platform's rows, its own counters, and the mail server.
    private func checkFirstCampaign(_ campaign: UUID, of tenant: SuiteTenant, in world: SuiteWorld) async throws {
        _ = try await tenant.waitForEvents(campaign)
        let platform = try await platformAtRest(world)
        let stats = try await tenant.stats(campaign)
        let (sent, bounced) = (SuiteAudience.mailable, SuiteAudience.bouncing)
        #expect(stats.balance.closed && stats.balance.planned == stats.balance.sum)
        #expect(stats.balance.planned == SuiteAudience.good)
        #expect(stats.balance.sent == sent)
        #expect(stats.balance.suppressed == 2)
        #expect(stats.delivered == sent - bounced)
        #expect(stats.bounced == bounced)
        #expect(stats.complained == SuiteAudience.complaining)

        #expect(platform.uniqueJobs == sent)
        #expect(platform.duplicates == 0 && platform.withoutRow == 0 && platform.invalidJobs == 0 && platform.webhooksRefused == 0)
        #expect(platform.delivered == sent - bounced && platform.bounced == bounced)
        #expect(platform.complained == SuiteAudience.complaining)

        let mails = try SuiteMail.index(world.settings)
        #expect(mails.count == sent - bounced)
        #expect(Set(mails.map(\.messageID)).count == mails.count)
        #expect(Set(mails.map(\.recipient)).count == mails.count)
        #expect(try await world.number("SELECT count(*) FROM email_logs", on: world.platform) == sent)
        #expect(try await world.number("SELECT count(*) FROM email_logs WHERE status = 'bounced'", on: world.platform) == bounced)
        #expect(try await world.number("SELECT count(*) FROM delivery_events WHERE outcome = 'sent'") == sent)
        #expect(try await world.number("SELECT count(*) FROM message_queue") == 0)
        try await checkOptOuts("bounced", reason: "bounce", addresses: "bounce%", count: bounced, in: world)
        try await checkOptOuts("complained", reason: "complaint", addresses: "complain%", count: SuiteAudience.complaining, in: world)
    }

    private func checkOptOuts(_ status: String, reason: String, addresses: String, count: Int, in world: SuiteWorld) async throws {
        let both = try await world.number(
            """
            SELECT count(*) FROM contacts c JOIN suppressions s ON s.tenant_id = c.tenant_id AND s.email_norm = c.email_norm
            WHERE c.status = \(status) AND s.reason = \(reason) AND c.email_norm LIKE \(addresses)
            """
        )
        #expect(both == count, "\(status) contacts with a suppression")
        #expect(try await world.number("SELECT count(*) FROM contacts WHERE status = \(status)") == count)
    }

    /// Follows a tracked link and leaves, by the URLs of a delivered mail; gives the address back.
    private func visitAsRecipient(_ campaign: UUID, of tenant: SuiteTenant, in world: SuiteWorld) async throws -> String {
        let mail = try SuiteMail.first(to: "person", in: world.settings)
        let link = try #require(mail.links.first)
        #expect(link.hasPrefix("https://\(world.settings.trackingDomain)/c/"))
        let click = try await tenant.api.visit(.GET, link)
        #expect(click.status == 302)
        #expect(click.location == SuiteTenant.target)
        try await eventually("the click is counted") { try await tenant.stats(campaign).clicks == 1 }

        #expect(mail.oneClickURL.hasPrefix("\(world.settings.publicBase)/t/u/"))
        #expect(mail.oneClickBody == "List-Unsubscribe=One-Click")
        #expect(try await tenant.api.visit(.GET, mail.oneClickURL).status == 200)
        #expect(try await status(of: mail.recipient, in: world) == "active", "a look changes nothing")
        #expect(try await tenant.api.visit(.POST, mail.oneClickURL, form: "List-Unsubscribe=One-Click").status == 200)
        #expect(try await status(of: mail.recipient, in: world) == "unsubscribed")
        try await eventually("the unsubscribe is counted") { try await tenant.stats(campaign).unsubscribed == 1 }
        #expect(try await tenant.stats(campaign).clicked == 1)
        return mail.recipient
    }

    /// Who bounced, complained or left is not mailed again.
    private func checkSecondCampaign(
        without leaver: String,
        list: UUID,
        of tenant: SuiteTenant,
        in world: SuiteWorld
    ) async throws {
        let before = try SuiteMail.index(world.settings).count
        let (campaign, compiled) = try await tenant.sendCampaign(to: list)
        let expected = SuiteAudience.mailable - SuiteAudience.bouncing - SuiteAudience.complaining - 1
        #expect(compiled.totalRecipients == expected)
        let stats = try await tenant.waitForEvents(campaign)
        #expect(stats.balance.closed && stats.balance.sent == expected && stats.delivered == expected)
        #expect(stats.balance.planned == stats.balance.sum)
        _ = try await platformAtRest(world)
        let mails = try SuiteMail.index(world.settings)
        #expect(mails.count == before + expected)
        #expect(mails.filter { $0.recipient == leaver }.count == 1)
    }

    /// Every message was reported delivered exactly once, by whatever way the report came.
    private func checkDelivered(_ count: Int, _ campaign: UUID, of tenant: SuiteTenant, in world: SuiteWorld) async throws {
        let stats = try await tenant.stats(campaign)
        #expect(stats.balance.closed && stats.balance.sent == count)
        #expect(stats.delivered == count)
        #expect(stats.bounced == 0 && stats.complained == 0)
        let events: SQL = "SELECT count(*) FROM email_events WHERE type = 'delivered'"
        #expect(try await world.number(events) == count)
        #expect(try await world.number("SELECT count(DISTINCT message_id) FROM email_events WHERE type = 'delivered'") == count)
        #expect(try await world.number("SELECT sum(delivered_count)::bigint FROM contacts") == count)
        #expect(try await world.number("SELECT count(*) FROM contacts WHERE delivered_count <> 1") == 0)
        #expect(try SuiteMail.index(world.settings).count == count)
    }

    /// Waits until the platform has delivered and reported everything, and comm-stats has stored what it was told.
    private func platformAtRest(_ world: SuiteWorld) async throws -> SuiteWire.Platform {
        let client = SuiteClient(http: world.http, base: world.settings.platformBase)
        try await eventually("the platform is done", every: .milliseconds(100)) {
            let now: SuiteWire.Platform = try await client.document("/stats")
            return now.queue == 0 && now.inFlight == 0 && now.webhooksPending == 0 && now.settled == now.uniqueJobs
        }
        let settled: SuiteWire.Platform = try await client.document("/stats")
        try await eventually("the sink has written its index") { try SuiteMail.index(world.settings).count >= settled.delivered }
        try await eventually("the inbox is empty") { try await world.number("SELECT count(*) FROM event_inbox") == 0 }
        return settled
    }

    private func delivered(_ campaign: UUID, in world: SuiteWorld) async throws -> Int {
        try await world.number("SELECT coalesce(max(delivered), 0) FROM campaign_delivery_metrics WHERE campaign_id = \(campaign)")
    }

    private func status(of address: String, in world: SuiteWorld) async throws -> String? {
        try await world.database.query("SELECT status FROM contacts WHERE email_norm = \(address)").first?.get("status")
    }

    private func withProxy(_ world: SuiteWorld, _ body: () async throws -> Void) async throws {
        let settings = world.settings
        let folder = settings.folder.appending(path: "nginx")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let proxy = try await OperationsProxy.prepare(
            in: folder,
            apiPort: settings.apiPort,
            httpsPort: settings.httpsPort,
            httpPort: settings.httpPort
        )
        try await proxy.start()
        do { try await body() } catch {
            try await proxy.stop()
            throw error
        }
        try await proxy.stop()
    }
}
