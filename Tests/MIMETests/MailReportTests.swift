import Foundation
import MIME
import Testing

@Suite("Reports of mail systems are read")
struct MailReportTests {
    private func read(_ text: String) -> DeliveryStatus? { DeliveryStatus(Array(text.utf8)) }

    @Test func `each recipient has a block`() throws {
        let status = try #require(
            read(
                """
                Reporting-MTA: dns; mx.example.net
                Original-Envelope-Id: abc
                Arrival-Date: Fri, 27 Nov 2026 07:00:00 +0000

                Original-Recipient: rfc822;Ada@example.net
                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.1.1 (no such user)
                Remote-MTA: dns; mail.example.net
                Diagnostic-Code: smtp; 550 5.1.1 no such
                  user
                Last-Attempt-Date: Fri, 27 Nov 2026 08:00:00 +0100

                FINAL-RECIPIENT: RFC822; <bob@example.net>
                action: Delayed
                status: 4.4.1
                """
            )
        )
        #expect(status.reportingServer == "mx.example.net")
        #expect(status.envelopeID == "abc")
        #expect(status.recipients.count == 2)
        let ada = status.recipients[0]
        #expect(ada.originalRecipient == "Ada@example.net")
        #expect(ada.finalRecipient == "ada@example.net")
        #expect(ada.action == .failed)
        #expect(ada.status == "5.1.1")
        #expect(ada.diagnostic == "550 5.1.1 no such  user")
        #expect(ada.remoteServer == "mail.example.net")
        #expect(ada.lastAttempt == Date(timeIntervalSince1970: 1_795_762_800))
        #expect(status.recipients[1].finalRecipient == "bob@example.net")
        #expect(status.recipients[1].action == .delayed)
    }

    @Test func `missing and superfluous empty lines are forgiven, lines that are no fields passed over`() throws {
        let status = try #require(
            read(
                "\r\n\r\nReporting-MTA: dns; x\r\nFinal-Recipient: rfc822;a@b.c\r\nAction: expired\r\n???\r\n\r\n\r\n\r\n"
                    + "Final-Recipient: b@b.c\r\nFinal-Recipient: rfc822;c@b.c\r\nStatus: 5.0.0"
            )
        )
        #expect(status.recipients.map(\.finalRecipient) == ["a@b.c", "b@b.c", "c@b.c"])
        #expect(status.recipients[0].action == .failed)
        #expect(status.recipients[2].status == "5.0.0")
    }

    @Test(arguments: ["failed", "delayed", "delivered", "relayed", "expanded"])
    func `every action is known`(word: String) throws {
        let status = try #require(read("Final-Recipient: rfc822;a@b.c\nAction: \(word.uppercased()) (x)\n"))
        #expect(status.recipients[0].action?.rawValue == word)
    }

    @Test func `addresses of other alphabets are read (RFC 6533)`() throws {
        let status = try #require(read("Final-Recipient: utf-8; \\x{4F60}\\x{597D}@example.net\nAction: failed\n"))
        #expect(status.recipients[0].finalRecipient == "你好@example.net")
    }

    @Test(arguments: ["", "Reporting-MTA: dns; x", "\n\n\n", "no fields at all"])
    func `what names no recipient is no delivery status`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `a complaint is read`() throws {
        let report = try #require(
            FeedbackReport(
                Array(
                    """
                    Feedback-Type: Abuse
                    User-Agent: SomeGenerator/1.0
                    Version: 1
                    Original-Mail-From: <bounce+x@example.org>
                    Original-Rcpt-To: <ada@example.net>
                    Original-Rcpt-To: bob@example.net
                    Arrival-Date: Thu, 8 Mar 2005 14:00:00 EDT
                    Incidents: 3
                    """.utf8
                )
            )
        )
        #expect(report.type == "abuse")
        #expect(report.originalMailFrom == "bounce+x@example.org")
        #expect(report.originalRecipients == ["ada@example.net", "bob@example.net"])
        #expect(report.arrivedAt == Date(timeIntervalSince1970: 1_110_304_800))
        #expect(report.incidents == 3)
        #expect(FeedbackReport(Array("Version: 1\n".utf8)) == nil)
    }

    @Test(arguments: [
        ("Fri, 27 Nov 2026 07:00:00 +0000", 1_795_762_800.0), ("27 Nov 2026 08:00 +0100", 1_795_762_800),
        ("Fri, 27 Nov 26 02:00:00 EST (comment)", 1_795_762_800), ("fri,27 nov 2026 07:00:00 -0000", 1_795_762_800),
        ("Thu, 1 Jan 1970 00:00:00 GMT", 0), ("29 Feb 2024 12:00:00 +0530", 1_709_188_200),
    ])
    func `dates are read`(text: String, seconds: Double) {
        #expect(MailDate.parse(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "tomorrow", "27 Nov", "32 Nov 2026 00:00:00", "1 Foo 2026 00:00:00", "1 Nov 2026 25:00", "1 Nov 1066 00:00:00",
        "1 Nov 2026 noon",
    ])
    func `what is no date is none`(text: String) {
        #expect(MailDate.parse(text) == nil)
    }

    @Test func `an mbox line is dropped and lone CR ends lines`() throws {
        let mail = MailOctets.normalized(Array("From x@y Thu Jan 1\rSubject: one\r\rbody".utf8))
        let part = try MIMEParser().parse(mail)
        #expect(part.headers["Subject"] == "one")
        #expect(Array(part.body) == Array("body".utf8))
    }

    @Test(arguments: 0..<400)
    func `whatever is put together of the pieces of reports is read without harm`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "Final-Recipient", "Original-Recipient", "Action", "Status", "Diagnostic-Code", ":", ";", "rfc822", "utf-8", "\\x{", "}", "<",
            ">", "@",
            "a@b.c", "failed", "5.1.1", "(", ")", "\n", "\r\n", "\r", " ", "\t", "\n\n", "\0", "ä", "=?utf-8?q?x?=", "Feedback-Type",
            "abuse",
            "Content-Type: multipart/report; boundary=b", "--b", "--b--", "message/delivery-status", "\u{FF}", "Date: 1 Nov 2026 1:1 +9999",
        ]
        let text = (0..<Int.random(in: 0...200, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        let octets = Array(text.utf8)
        if let status = DeliveryStatus(octets) { #expect(status.recipients.count <= 1_000) }
        if let report = FeedbackReport(octets) { #expect(report.incidents >= 1) }
        _ = MailDate.parse(text)
        var limits = MIMEParser.Limits()
        limits.passesOverBadLines = true
        let mail = try MIMEParser(limits: limits).parse(MailOctets.normalized(octets))
        #expect(mail.all.count >= 1)
    }

    @Test func `reports beyond the limits are read in part`() throws {
        let block = "Final-Recipient: rfc822;a@b.c\nAction: failed\n\n"
        let status = try #require(read(String(repeating: block, count: 100_000)))
        #expect((100...1_000).contains(status.recipients.count))
    }
}
