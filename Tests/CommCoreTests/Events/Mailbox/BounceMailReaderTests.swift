import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Mails of the bounce mailbox are understood")
struct BounceMailReaderTests {
    private let now = Date(timeIntervalSince1970: 1_795_800_000)
    private let fixture = BounceFixture(
        tenantID: UUIDv7.make(at: Date(timeIntervalSince1970: 1_790_000_000)),
        messageID: UUIDv7.make(at: Date(timeIntervalSince1970: 1_795_000_000)),
        recipient: "ada@example.net"
    )

    private func read(_ mail: String) throws -> BounceMailReading {
        let finder = BounceSubjectFinder(returnPath: BounceFixture.returnPath, verifier: try BounceFixture.verifier())
        return BounceMailReader(finder: finder).read(Array(mail.utf8), now: now)
    }

    private func report(_ mail: String) throws -> BounceReport {
        let reading = try read(mail)
        guard case .report(let report) = reading else { throw TestFailure("no report: \(reading)") }
        return report
    }

    private func kept(_ mail: String) throws -> String? {
        if case .kept(let reason) = try read(mail) { reason } else { nil }
    }

    // MARK: Delivery status

    @Test(arguments: [
        ("5.1.1", "550 5.1.1 no such user", BounceClass.hard), ("5.0.0", "550 5.1.1 user unknown", .hard),
        ("5.0.0", "550 no such user here", .hard), ("5.2.2", "552 5.2.2 over quota", .full),
        ("5.7.1", "554 5.7.1 blocked using zen.spamhaus.org", .block), ("5.7.1", "550 5.7.1 message considered spam", .content),
        ("5.7.26", "550-5.7.26 unauthenticated, DMARC policy", .policy), ("5.3.4", "552 5.3.4 message too big", .content),
        ("5.1.8", "553 5.1.8 sender domain does not exist", .config), ("4.4.7", "delivery time expired", .expired),
        ("5.4.4", "host not found", .hard), ("4.4.1", "connection timed out", .expired), ("5.0.0", "451 4.3.0 try again later", .expired),
        ("5.7.606", "550 5.7.606 Access denied, banned sending IP", .block), ("5.1.10", "550 5.1.10 null MX", .hard),
    ])
    func `a failure is classed by codes and words`(status: String, diagnostic: String, expected: BounceClass) throws {
        let report = try report(fixture.dsn(blocks: [BounceFixture.block("ada@example.net", "failed", status, diagnostic)]))
        #expect(report.type == .bounced)
        #expect(report.bounceClass == expected)
        #expect(report.isProven)
        #expect(report.messageID == fixture.messageID)
        #expect(report.occurredAt == Date(timeIntervalSince1970: 1_795_762_800))
    }

    @Test(arguments: [("delayed", EventType.deferred), ("delivered", .delivered), ("relayed", .delivered), ("expanded", .delivered)])
    func `what is not given up is no bounce`(action: String, type: EventType) throws {
        let report = try report(fixture.dsn(blocks: [BounceFixture.block("ada@example.net", action, "4.0.0")]))
        #expect(report.type == type)
        #expect(report.bounceClass == nil)
    }

    @Test func `of several recipients, what became of ours counts`() throws {
        let blocks = [
            BounceFixture.block("old@elsewhere.example", "failed", "5.1.1", "550 5.1.1 gone"),
            BounceFixture.block("ada@example.net", "failed", "5.2.2", "552 5.2.2 full"),
            BounceFixture.block("x@elsewhere.example", "delivered", "2.0.0"),
        ]
        #expect(try report(fixture.dsn(blocks: blocks, original: fixture.original())).bounceClass == .full)
        // Nobody says who ours was: somebody got it.
        #expect(try report(fixture.dsn(blocks: blocks)).type == .delivered)
        // Only what is gone for all is gone.
        #expect(try report(fixture.dsn(blocks: Array(blocks.prefix(2)))).bounceClass == .full)
        #expect(try report(fixture.dsn(blocks: [blocks[0], blocks[0]])).bounceClass == .hard)
    }

    @Test func `without a reason in the block, the words for people give it`() throws {
        let mail = fixture.dsn(blocks: [BounceFixture.block("ada@example.net", "failed", "5.0.0")], notice: "550 user unknown")
        #expect(try report(mail).bounceClass == .hard)
        #expect(try report(mail).diagnostic == nil)
    }

    @Test func `a status is found outside of a report, in a forwarded mail, and behind an mbox line`() throws {
        let mail = fixture.dsn(blocks: [BounceFixture.block("ada@example.net", "failed", "5.1.1")])
        #expect(try report(mail.replacing("multipart/report; report-type=delivery-status;", with: "multipart/mixed;")).bounceClass == .hard)
        #expect(try report("From MAILER-DAEMON Fri Nov 27 07:00:00 2026\n" + mail).bounceClass == .hard)
        #expect(try report(mail.replacing("\n", with: "\r\n")).bounceClass == .hard)
        #expect(try report(mail.replacing("\n", with: "\r")).bounceClass == .hard)
        let forwarded = """
            To: \(fixture.address)
            Content-Type: multipart/mixed; boundary=o

            --o
            Content-Type: text/plain

            see below
            --o
            Content-Type: message/rfc822

            \(mail)
            --o--
            """
        #expect(try report(forwarded).bounceClass == .hard)
    }

    @Test func `what was cut off after the status is still understood`() throws {
        let mail = fixture.dsn(blocks: [BounceFixture.block("ada@example.net", "failed", "5.1.1")])
        let cut = String(mail[..<(mail.firstRange(of: "text/rfc822-headers")?.lowerBound ?? mail.endIndex)])
        #expect(try report(cut).bounceClass == .hard)
    }

    // MARK: About which message

    @Test func `the address, the returned return path, and the signed link prove what a mail is about`() throws {
        let block = BounceFixture.block("ada@example.net", "failed", "5.1.1")
        let elsewhere = "news@example.org"
        let byLink = try report(fixture.dsn(to: elsewhere, blocks: [block], original: fixture.original()))
        #expect(byLink.isProven)
        #expect(byLink.firstTenant == fixture.tenantID)
        let path = try "Return-Path: <\(fixture.address)>\n" + fixture.original(hasLink: false)
        #expect(try report(fixture.dsn(to: elsewhere, blocks: [block], original: path)).isProven)
        #expect(byLink.messageID == fixture.messageID)
    }

    @Test func `a Message-ID alone proves nothing: it suppresses nobody at once, and the recipient has to be right`() throws {
        let block = BounceFixture.block("Ada@example.net", "failed", "5.1.1")
        let mail = try fixture.dsn(to: "news@example.org", blocks: [block], original: fixture.original(hasLink: false))
        let report = try report(mail)
        #expect(!report.isProven)
        #expect(report.bounceClass == .soft)
        #expect(report.messageID == fixture.messageID)
        #expect(report.recipientMarks == [AddressMark.of("ada@example.net")])
        #expect(try !report.json().contains("@"))
    }

    @Test func `a made-up address or link is no proof`() throws {
        let block = BounceFixture.block("ada@example.net", "failed", "5.1.1")
        let forged = "bounce+" + String(repeating: "a", count: ReturnPath.tokenLength) + "@news.example.org"
        #expect(try kept(fixture.dsn(to: forged, blocks: [block])) == "a delivery status of no message of ours")
        let link = "List-Unsubscribe: <https://comm.example.com/t/u/a.b.c>\n"
        #expect(try kept(fixture.dsn(to: forged, blocks: [block], original: link)) == "a delivery status of no message of ours")
    }

    // MARK: Complaints

    @Test(arguments: ["abuse", "fraud", "opt-out"])
    func `a complaint about a mail of ours is one`(type: String) throws {
        let report = try report(fixture.complaint(type: type, original: fixture.original()))
        #expect(report.type == .complained)
        #expect(report.isProven)
        #expect(try self.report(fixture.complaint(type: type, original: "Subject: x\n", mailFrom: fixture.address)).type == .complained)
    }

    @Test(arguments: ["not-spam", "virus", "auth-failure", "other"])
    func `other feedback is kept`(type: String) throws {
        #expect(try kept(fixture.complaint(type: type, original: fixture.original())) == "feedback of the type \(type)")
    }

    @Test func `a complaint that anybody could have written is kept`() throws {
        #expect(try kept(fixture.complaint(original: fixture.original(hasLink: false))) == "a complaint without proof")
        #expect(try kept(fixture.complaint(original: "Subject: x\n")) == "a complaint about no message of ours")
    }

    @Test func `Microsoft's complaints enclose the mail and nothing else`() throws {
        let mail = try """
        From: staff@hotmail.com
        Subject: complaint about message from 192.0.2.1
        Content-Type: multipart/mixed; boundary=j

        --j
        Content-Type: message/rfc822

        X-HmXmrOriginalRecipient: ada@example.net
        \(fixture.original())
        --j--
        """
        #expect(try report(mail).type == .complained)
    }

    // MARK: Automatic replies

    @Test(arguments: [
        "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "X-Autoreply: yes", "X-Autorespond: x", "Precedence: auto_reply",
        "Subject: Out of Office: Re: News\nX-Auto-Response-Suppress: All", "Subject: Abwesenheitsnotiz\nReturn-Path: <>",
    ])
    func `a holiday note is no bounce`(header: String) throws {
        let mail = "From: ada@example.net\nTo: \(fixture.address)\n\(header)\n\nI am away; user unknown until Monday."
        #expect(try read(mail) == .automaticReply)
    }

    @Test func `an answer of a person is kept`() throws {
        let mail = "From: ada@example.net\nTo: \(fixture.address)\nAuto-Submitted: no\nSubject: Re: News\n\nI like it."
        #expect(try kept(mail) == "no bounce")
    }

    // MARK: Notices

    @Test(arguments: [
        (
            "qmail", BounceClass.hard,
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses."
                + "\n\n<ada@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n"
        ),
        (
            "qmail", .expired,
            "Hi. This is the qmail-send program at mx.example.net.\n\n<ada@example.net>:\nConnected to 192.0.2.1 but connection died.\n"
                + "I'm not going to try again; this message has been in the queue too long.\n"
        ),
        (
            "exim", .hard,
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more "
                + "of its\nrecipients.\n\n  ada@example.net\n    Unrouteable address\n\n------ This is a copy of the message ------\n"
        ),
        (
            "exim", .full,
            "This message was created automatically by mail delivery software.\n\n  ada@example.net\n    SMTP error from remote mail server "
                + "after RCPT TO:<ada@example.net>:\n    552 5.2.2 mailbox is full\n"
        ),
        (
            "exchange", .hard,
            "Delivery has failed to these recipients or groups:\n\nada@example.net\nThe email address you entered couldn\u{2019}t be found.\n\n"
                + "Diagnostic information for administrators:\nGenerating server: mx.example.net\nada@example.net\n"
                + "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n"
        ),
        (
            "exchange", .policy,
            "Your message did not reach some or all of the intended recipients.\n\n#550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized ##\n"
        ),
        (
            "gmail", .hard,
            "Delivery to the following recipient failed permanently:\n\n     ada@example.net\n\nTechnical details of permanent failure:\n"
                + "The error that the other server returned was:\n550 5.1.1 The email account that you tried to reach does not exist.\n\n"
                + "----- Original message -----\n"
        ),
        (
            "gmail", .full,
            "Your message wasn't delivered to ada@example.net because the recipient's inbox is out of storage space and inactive.\n552 5.2.2\n"
        ),
        (
            "sendmail", .hard,
            "   ----- The following addresses had permanent fatal errors -----\n<ada@example.net>\n    (reason: 550 User unknown)\n"
        ),
        (
            "postfix", .block,
            "This is the mail system at host mx.example.net.\n\n<ada@example.net>: host mx said: 554 5.7.1 listed at spamcop\n"
        ),
        ("notice", .hard, "<ada@example.net>: 550 5.1.1 recipient address rejected: user unknown\n"),
    ])
    func `a notice for people is understood by its sentences`(format: String, expected: BounceClass, text: String) throws {
        let report = try report(fixture.notice("\n" + text))
        #expect(report.format == format)
        #expect(report.type == .bounced)
        #expect(report.bounceClass == expected)
        #expect(report.isProven)
        #expect(report.diagnostic?.contains("@") != true)
    }

    @Test(arguments: [
        "Hi. This is the qmail-send program.\nThis is a warning message only. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
        "This message was created automatically by mail delivery software.\nDelivery attempts will continue to be made for some time.",
        "Delivery to the following recipient has been delayed:\n\n  ada@example.net\n\nMessage will be retried for 2 more day(s)",
        "Delivery is delayed to these recipients or groups: ada@example.net",
    ])
    func `a warning is no bounce`(text: String) throws {
        let report = try report(fixture.notice("\n" + text))
        #expect(report.type == .deferred)
        #expect(report.bounceClass == nil)
    }

    @Test func `a quoted copy names the message, and its words are not the server's`() throws {
        let text = try """

        Hi. This is the qmail-send program at mx.example.net.

        <ada@example.net>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        Return-Path: <news@example.org>
        \(fixture.original())
        Your mailbox is full of offers: spamhaus, blacklist.
        """
        let report = try report(fixture.notice(text, to: "news@example.org"))
        #expect(report.bounceClass == .hard)
        #expect(report.isProven)
        #expect(report.messageID == fixture.messageID)
    }

    @Test func `a notice in HTML is read, too`() throws {
        let html = """

            <html><body><p>Delivery has failed to these recipients or groups:</p><p>The e-mail address you entered couldn&#39;t be found.</p>
            </body></html>
            """
        #expect(try report(fixture.notice(html, more: "Content-Type: text/html")).bounceClass == .hard)
    }

    @Test func `a notice in words that nobody knows is kept`() throws {
        #expect(try kept(fixture.notice("\nSomething went otherwise than expected.")) == "a notice that is not understood")
        #expect(try kept("no mail at all") == "no bounce")
        #expect(try kept("") == "no bounce")
    }

    // MARK: Properties

    @Test(arguments: 0..<300)
    func `a damaged mail is read without harm, and reports nothing of others`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let mails = try [
            fixture.dsn(blocks: [BounceFixture.block("ada@example.net", "failed", "5.1.1", "550 no")], original: fixture.original()),
            fixture.complaint(original: fixture.original()), fixture.notice("\nHi. This is the qmail-send program\n550 5.1.1 user unknown"),
        ]
        var octets = Array((mails.randomElement(using: &random) ?? "").utf8)
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let place = Int.random(in: octets.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
            case 1: octets.remove(at: place)
            default: octets.insert(contentsOf: octets[place..<min(octets.count, place + 30)], at: place)
            }
        }
        let finder = BounceSubjectFinder(returnPath: BounceFixture.returnPath, verifier: try BounceFixture.verifier())
        let reading = BounceMailReader(finder: finder).read(octets, now: now)
        if case .report(let report) = reading, report.isProven { #expect(report.messageID == fixture.messageID) }
        #expect(reading == BounceMailReader(finder: finder).read(octets, now: now))
    }

    @Test func `multiparts without end are bounded`() throws {
        let nested = (0..<5_000).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
        #expect(try kept(nested) != nil)
        let many = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 100_000)
        #expect(try kept(many)?.hasPrefix("unreadable") == true)
        #expect(try kept(String(repeating: "X: y\n", count: 5_000))?.hasPrefix("unreadable") == true)
    }
}
