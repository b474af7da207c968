import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("A bounce mailbox is read", .database, .timeLimit(.minutes(3)))
struct BounceMailboxTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_800_000))
    private let client = TestDatabase.current.client

    /// A campaign that has been handed over; one fixture for each recipient.
    private func sent(_ contacts: Int = 3) async throws -> [BounceFixture] {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: contacts, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let rows = try await client.query(
            "SELECT id, recipient FROM delivery_events WHERE campaign_id = \(fixture.campaignID) ORDER BY id"
        )
        return try rows.map { row in
            BounceFixture(
                tenantID: fixture.tenantID,
                messageID: try row.get("id"),
                recipient: try row.get("recipient"),
                campaignID: fixture.campaignID
            )
        }
    }

    private func mailbox(
        _ server: TestDovecot,
        limits: BounceMailbox.Limits = BounceMailbox.Limits(),
        _ change: (inout BounceMailboxSettings) -> Void = { _ in }
    ) throws -> BounceMailbox {
        var settings = BounceMailboxSettings(
            host: "localhost",
            port: server.tlsPort,
            user: TestDovecot.user,
            password: Secret(TestDovecot.password),
            trustedCertificates: server.certificate
        )
        change(&settings)
        return BounceMailbox(
            settings,
            database: TestDatabase.current.client(role: "comm_worker"),
            returnPath: BounceFixture.returnPath,
            verifier: try BounceFixture.verifier(),
            limits: limits,
            time: time,
            logger: .silent
        )
    }

    private func process() async throws {
        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        while try await processor.processBatch() > 0 {}
    }

    private func count(_ sql: SQL) async throws -> Int {
        try await client.query("SELECT count(*)::int AS n FROM \(sql: sql)").first?.get("n") ?? -1
    }

    private func hard(_ fixture: BounceFixture) -> String {
        fixture.dsn(blocks: [BounceFixture.block(fixture.recipient, "failed", "5.1.1", "550 5.1.1 no such user")])
    }

    @Test func `what comes back is counted once and suppresses whom it should`() async throws {
        let messages = try await sent(5)
        try await TestDovecot.with { server in
            try server.deliver([
                hard(messages[0]), hard(messages[0]),
                messages[1].complaint(original: try messages[1].original()),
                messages[2].dsn(blocks: [BounceFixture.block(messages[2].recipient, "failed", "5.7.1", "554 5.7.1 listed at spamhaus")]),
                messages[3].dsn(blocks: [BounceFixture.block(messages[3].recipient, "delayed", "4.4.1", "timed out")]),
                "From: a@b.c\nAuto-Submitted: auto-replied\nSubject: away\n\nI am away",
                "From: a@b.c\nSubject: please call me@home.example\n\nhello",
            ])
            let mailbox = try mailbox(server)
            while try await mailbox.step() {}
            try await process()
            #expect(try await count("email_events WHERE type = 'bounced'") == 2)
            #expect(try await count("email_events WHERE type = 'complained'") == 1)
            #expect(try await count("email_events WHERE type = 'deferred'") == 1)
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 0)
            let suppressed = try await client.query("SELECT email_norm, reason FROM suppressions ORDER BY email_norm")
            #expect(
                try suppressed.map { try "\($0.get("email_norm") as String) \($0.get("reason") as String)" }
                    == ["person1@example.com bounce", "person2@example.com complaint"]
            )
            // The mail that nobody understood is shown, without addresses, and is the only one that stays unseen.
            let kept = try await client.query("SELECT type, payload::text AS payload FROM provider_reports")
            #expect(try kept.map { try $0.get("type") as String } == ["no bounce"])
            #expect(try kept.allSatisfy { try !($0.get("payload") as String).contains("@") })
            #expect(try server.flags() == ["", "S", "S", "S", "S", "S", "S"])
            #expect(
                try await count(
                    "bounce_mailboxes WHERE last_uid = 7 AND mails = 7 AND kept = 1 AND unsettled IS NULL AND last_error IS NULL"
                ) == 1
            )
            await mailbox.close()
        }
    }

    @Test func `reading goes on where it ended, in batches, by whoever reads`() async throws {
        let messages = try await sent(7)
        try await TestDovecot.with { server in
            try server.deliver(messages.map(hard))
            var limits = BounceMailbox.Limits()
            limits.mails = 3
            let first = try mailbox(server, limits: limits)
            #expect(try await first.step())
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 3)
            await first.close()
            // Another process goes on.
            let second = try mailbox(server, limits: limits)
            #expect(try await second.step())
            #expect(try await second.step() == false)
            #expect(try await second.step() == false)
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 7)
            try server.deliver(messages[0].dsn(blocks: [BounceFixture.block("x@y.z", "delayed", "4.0.0")]))
            #expect(try await second.step() == false)
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 8)
            await second.close()
        }
    }

    @Test func `a small window passes over numbers that are gone`() async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            try server.deliver((1...30).map { "Subject: \($0)\n\nx" })
            let cleaner = try mailbox(server) { $0.reviewFolder = "Review" }
            while try await cleaner.step() {}
            try server.deliver(messages.map(hard))
            try await client.execute("UPDATE bounce_mailboxes SET last_uid = 0")
            var limits = BounceMailbox.Limits()
            limits.window = 4
            let mailbox = try mailbox(server, limits: limits)
            while try await mailbox.step() {}
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 2)
            #expect(try server.flags(in: "Review").count == 30)
            await mailbox.close()
            await cleaner.close()
        }
    }

    @Test func `a mailbox that is numbered anew is read again and counts nothing twice`() async throws {
        let messages = try await sent(3)
        try await TestDovecot.with { server in
            try server.deliver(messages.map(hard) + ["Subject: unknown\n\nx"])
            let mailbox = try mailbox(server)
            while try await mailbox.step() {}
            try await process()
            try await server.renumber()
            try await server.start()
            time.advance(by: 3_600)
            // The old connection is gone, which costs one try.
            _ = try await mailbox.step()
            time.advance(by: 3_600)
            while try await mailbox.step() {}
            try await process()
            #expect(try await count("bounce_mailboxes WHERE mails = 8") == 1)
            #expect(try await count("email_events WHERE type = 'bounced'") == 3)
            #expect(try await count("provider_reports") == 1)
            await mailbox.close()
        }
    }

    @Test(arguments: [
        (BounceMailboxSettings.Treatment.keep, ["", "", ""], 0), (.seen, ["", "S", "S"], 0), (.move, [""], 2), (.delete, [""], 0),
    ])
    func `what becomes of read mail is as one wishes; what was not understood stays`(
        treatment: BounceMailboxSettings.Treatment,
        flags: [String],
        moved: Int
    ) async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            try server.deliver(messages.map(hard) + ["Subject: unknown\n\nx"])
            let mailbox = try mailbox(server) {
                $0.treatment = treatment
                $0.readFolder = "Read it"
            }
            while try await mailbox.step() {}
            #expect(try server.flags() == flags)
            #expect(try server.flags(in: "Read it").count == moved)
            await mailbox.close()
        }
    }

    @Test func `what the server was not told of before a crash is told later`() async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            try server.deliver(messages.map(hard))
            let mailbox = try mailbox(server) { $0.treatment = .keep }
            while try await mailbox.step() {}
            try await client.execute(#"UPDATE bounce_mailboxes SET unsettled = '{"read":[1,2],"kept":[]}'"#)
            let next = try self.mailbox(server)
            while try await next.step() {}
            #expect(try server.flags() == ["S", "S"])
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 2)
            await mailbox.close()
            await next.close()
        }
    }

    @Test func `two readers do not read the same`() async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            try server.deliver(messages.map(hard))
            let mailbox = try mailbox(server)
            #expect(try await mailbox.step() == false)
            try await client.execute(
                "UPDATE bounce_mailboxes SET last_uid = 0, reader = gen_random_uuid(), leased_until = \(time.now + 60)"
            )
            let other = try self.mailbox(server)
            #expect(try await other.step() == false)
            #expect(try await count("bounce_mailboxes WHERE last_uid = 0") == 1)
            time.advance(by: 61)
            while try await other.step() {}
            #expect(try await count("bounce_mailboxes WHERE last_uid = 2 AND mails = 4") == 1)
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == 2)
            await mailbox.close()
            await other.close()
        }
    }

    @Test func `a mailbox that lets nobody in is left alone, longer each time, and says why`() async throws {
        try await TestDovecot.with { server in
            let mailbox = try mailbox(server) { $0.password = Secret("wrong") }
            #expect(try await mailbox.step() == false)
            let row = try #require(try await client.query("SELECT last_error, failed_since FROM bounce_mailboxes").first)
            let error: String = try row.get("last_error")
            #expect(error.hasPrefix("loginRefused"))
            #expect(try row.get("failed_since") as Date == time.now)
            let since = time.now
            time.advance(by: 10)
            #expect(try await mailbox.step() == false)
            time.advance(by: 100)
            #expect(try await mailbox.step() == false)
            #expect(try await client.query("SELECT 1 FROM bounce_mailboxes WHERE failed_since = \(since)").count == 1)
        }
    }

    @Test func `a report without proof counts only when it names the right recipient, and suppresses nobody at once`() async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            func mail(_ fixture: BounceFixture, _ recipient: String) throws -> String {
                let block = BounceFixture.block(recipient, "failed", "5.1.1", "550 5.1.1 no such user")
                return fixture.dsn(to: "news@example.org", blocks: [block], original: try fixture.original(hasLink: false))
            }
            // Of the second, nothing but the Message-ID came back.
            let bare = try mail(messages[1], messages[1].recipient.uppercased()).replacing("Feedback-ID", with: "X-Nothing")
            try server.deliver([mail(messages[0], "victim@example.com"), bare])
            let mailbox = try mailbox(server)
            while try await mailbox.step() {}
            try await process()
            let bounced = try await client.query("SELECT message_id FROM email_events WHERE type = 'bounced'")
            #expect(try bounced.map { try $0.get("message_id") as UUID } == [messages[1].messageID])
            #expect(try await count("suppressions") == 0)
            #expect(try await count("soft_bounces") == 1)
            // The other waits in case the message turns up, and is then dropped.
            #expect(try await count("event_inbox WHERE source = 'bounce_mailbox' AND attempts > 0") == 1)
            await mailbox.close()
        }
    }

    @Test func `a report about another tenant's message touches that one only`() async throws {
        let messages = try await sent(1)
        let others = try await sent(1)
        try await TestDovecot.with { server in
            // The token names tenant and message: one tenant's with the other's message does not exist.
            let mixed = BounceFixture(tenantID: others[0].tenantID, messageID: messages[0].messageID, recipient: messages[0].recipient)
            try server.deliver([hard(mixed), hard(others[0])])
            let mailbox = try mailbox(server)
            while try await mailbox.step() {}
            try await process()
            let rows = try await client.query("SELECT tenant_id FROM suppressions")
            #expect(try rows.map { try $0.get("tenant_id") as UUID } == [others[0].tenantID])
            await mailbox.close()
        }
    }

    @Test func `what the server tells of is read at once, also after the server was away`() async throws {
        let messages = try await sent(2)
        try await TestDovecot.with { server in
            var settings = BounceMailboxSettings(
                host: "localhost",
                port: server.tlsPort,
                user: TestDovecot.user,
                password: Secret(TestDovecot.password)
            )
            settings.trustedCertificates = server.certificate
            let rest = Backoff(initial: .milliseconds(20), maximum: .milliseconds(100))
            let watch = BounceMailboxWatch(settings, longest: .seconds(60), rest: rest, logger: .silent)
            let news = Signal<Void>()
            let watching = Task { await watch.run { news.fire() } }
            let mailbox = try mailbox(server)
            try await news.wait()
            #expect(try await mailbox.step() == false)
            for (number, message) in messages.enumerated() {
                try server.deliver(hard(message))
                // Whoever connects anew is told so as well.
                while try await count("event_inbox WHERE source = 'bounce_mailbox'") == number {
                    try await news.wait(timeout: .seconds(30))
                    _ = try await mailbox.step()
                }
                #expect(try await count("event_inbox WHERE source = 'bounce_mailbox'") == number + 1)
                await mailbox.close()
                await server.stop()
                try await server.start()
            }
            watching.cancel()
            try await withTimeout(.seconds(10), "the watch to end") { await watching.value }
        }
    }
}
