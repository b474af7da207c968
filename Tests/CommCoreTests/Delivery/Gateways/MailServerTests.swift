import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("Mails to real servers: postfix's smtp-sink, and a postfix that sends back what it cannot deliver", .timeLimit(.minutes(3)))
struct MailServerTests {
    private let fixture = GatewayFixture()

    private func gateway(port: Int, connections: Int = 8, returnPath: ReturnPath? = nil, time: (any TimeSource)? = nil) -> SMTPGateway {
        SMTPGateway(
            settings: SMTPGatewaySettings(host: "127.0.0.1", port: port, security: .none),
            connections: connections,
            returnPath: returnPath,
            time: time ?? fixture.time,
            logger: .silent
        )
    }

    /// Whether a server that was asked to is as it should be.
    private func dispositions(_ recipients: [String], port: Int, connections: Int = 8) async throws -> [Disposition] {
        let gateway = gateway(port: port, connections: connections)
        do {
            let result = try await gateway.handOver(try fixture.batch(recipients))
            await gateway.close()
            return result
        } catch {
            await gateway.close()
            throw error
        }
    }

    // MARK: smtp-sink

    @Test(.enabled(if: TestSink.isAvailable)) func `a few hundred mails over a few connections arrive once each`() async throws {
        try await TestSink.with { sink in
            let recipients = (0..<300).map { "person\($0)@example.com" }
            #expect(try await dispositions(recipients, port: sink.port).allSatisfy { $0 == .sent })
            let mails = try sink.mails()
            #expect(mails.count == 300)
            let named = mails.compactMap { $0.split(separator: "\n").first { $0.hasPrefix("X-Rcpt-Args: ") } }
            #expect(Set(named.map { String($0.split(separator: "<")[1].prefix { $0 != ">" }) }) == Set(recipients))
        }
    }

    @Test(
        .enabled(if: TestSink.isAvailable),
        arguments: [
            (["-f", "RCPT", "-B", "550 5.1.1 no such user"], "failed"), (["-r", "RCPT", "-b", "450 4.2.1 later"], "deferred"),
            (["-f", ".", "-B", "554 5.7.1 spam"], "failed"), (["-r", ".", "-b", "452 4.3.1 no room"], "deferred"),
            (["-Q", "MAIL", "-b", "421 4"], "deferred"),
            // The answer to the whole mail is lost: perhaps it was taken.
            (["-q", "."], "unknown"),
        ]
    )
    func `what a server refuses, puts off or leaves open is told apart`(options: [String], outcome: String) async throws {
        try await TestSink.with(options) { sink in
            let told = try await dispositions(["a@x.test"], port: sink.port)
            #expect(told.count == 1 && (told[0].outcome ?? "deferred") == outcome, "\(told)")
            if options.count > 3 { #expect("\(told[0])".contains(options[3].prefix(9)), "\(told)") }
        }
    }

    @Test(.enabled(if: TestSink.isAvailable), arguments: ["CONNECT", "EHLO"])
    func `a server that shuts the door costs nobody`(command: String) async throws {
        try await TestSink.with(["-Q", command]) { sink in
            await #expect(throws: GatewayOutage.self) { try await dispositions(["a@x.test", "b@x.test"], port: sink.port, connections: 1) }
            let mails = try sink.mails()
            #expect(mails.allSatisfy { !$0.contains("\nSubject:") })
        }
    }

    // MARK: postfix

    @Test(.enabled(if: TestPostfix.isAvailable)) func `postfix's own refusals are told apart`() async throws {
        try await TestPostfix.with { postfix in
            let domains = ["gone", "full", "blocked", "later", "fine"]
            let told = try await dispositions(domains.map { "ann@\($0).example" }, port: postfix.strictPort)
            #expect(told.map { $0.outcome ?? "deferred" } == ["failed", "failed", "failed", "deferred", "sent"])
            for (disposition, code) in zip(told, ["550 5.1.1", "552 5.2.2", "554 5.7.1", "450 4.2.1"]) {
                #expect("\(disposition)".contains(code), "\(disposition)")
            }
        }
    }

    @Test(.enabled(if: TestPostfix.isAvailable), .database)
    func `what postfix cannot deliver comes back by its mailbox, once, and suppresses whom it is about`() async throws {
        let (time, client) = (ManualTime(Date()), TestDatabase.current.client)
        let path = ReturnPath(
            ReturnPathSettings(local: "bounce", domain: TestPostfix.bounceDomain),
            secret: Secret(BounceFixture.secret)
        )
        try await TestDovecot.with { dovecot in
            try await TestPostfix.with(maildir: dovecot.home) { postfix in
                let smtp = gateway(port: postfix.relayPort, returnPath: path, time: time)
                let bench = try SenderBench(router: HandoverRouter(smtp, time: time), time: time)
                let campaign = try await CampaignFixture.make(on: client, contacts: 4, now: time.now)
                try await client.execute(
                    """
                    UPDATE contacts SET email = a.address, email_norm = a.address
                    FROM (VALUES ('person1@example.com', 'ann@gone.example'), ('person2@example.com', 'bob@full.example'),
                                 ('person3@example.com', 'eve@blocked.example'), ('person4@example.com', 'max@fine.example')) a (was, address)
                    WHERE email = a.was
                    """
                )
                try await bench.expandAll()
                try await bench.drain()
                let sent: SQL = "SELECT 1 FROM delivery_events WHERE campaign_id = \(campaign.campaignID) AND outcome = 'sent'"
                #expect(try await client.query(sent).count == 4)
                var settings = BounceMailboxSettings(
                    host: "localhost",
                    port: dovecot.tlsPort,
                    user: TestDovecot.user,
                    password: Secret(TestDovecot.password)
                )
                settings.trustedCertificates = dovecot.certificate
                let worker = TestDatabase.current.client(role: "comm_worker")
                let mailbox = BounceMailbox(
                    settings,
                    database: worker,
                    returnPath: path,
                    verifier: try BounceFixture.verifier(),
                    time: time,
                    logger: .silent
                )
                try await waitUntil(timeout: .seconds(60), "the mails to come back") {
                    _ = try await mailbox.step()
                    return try await client.query("SELECT 1 FROM event_inbox WHERE source = 'bounce_mailbox'").count == 3
                }
                let processor = InboxProcessor(client: worker, time: time, logger: .silent)
                while try await processor.processBatch() > 0 {}
                let bounces = try await client.query(
                    """
                    SELECT c.email, e.payload ->> 'bounce_class' AS class FROM email_events e
                    JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id WHERE e.type = 'bounced' ORDER BY 1
                    """
                )
                #expect(
                    try bounces.map { try "\($0.get("email") as String) \($0.get("class") as String)" }
                        == ["ann@gone.example hard", "bob@full.example full", "eve@blocked.example block"]
                )
                let suppressed = try await client.query("SELECT email_norm FROM suppressions")
                #expect(try suppressed.map { try $0.get("email_norm") as String } == ["ann@gone.example"])
                await mailbox.close()
                await smtp.close()
            }
        }
    }
}
