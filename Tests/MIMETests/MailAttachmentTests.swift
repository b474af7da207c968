import Foundation
import Testing

@testable import MIME

@Suite("Files of a mail")
struct MailAttachmentTests {
    private func mail(_ attachments: [MailAttachment]) throws -> String {
        let mail = try MailMessage(
            from: Mailbox(address: "me@shop.test"),
            to: [Mailbox(address: "ann@x.test")],
            subject: "Files",
            date: Date(timeIntervalSince1970: 0),
            messageID: "1@shop.test",
            body: MailBody(text: Array("Hi".utf8), html: Array("<img src=cid:logo>".utf8)),
            attachments: attachments,
            boundary: "b"
        )
        return String(decoding: mail.encoded(), as: UTF8.self)
    }

    @Test("a picture that the HTML shows stands beside the body, a file around both")
    func structure() throws {
        let text = try mail([
            MailAttachment(filename: "Rechnung für Ann.pdf", contentType: "application/pdf", base64: "JVBERg=="),
            MailAttachment(filename: "logo.png", contentType: "image/png", base64: "iVBORw==", contentID: "logo"),
        ])
        let part = try MIMEParser().parse(Array(text.utf8))
        #expect(part.contentType.subtype == "mixed" && part.parts.count == 2)
        let related = try #require(part.parts.first)
        #expect(related.contentType.subtype == "related" && related.parts.map(\.contentType.subtype) == ["alternative", "png"])
        #expect(related.parts[0].parts.map(\.contentType.subtype) == ["plain", "html"])
        #expect(text.contains("Content-ID: <logo>") && text.contains("filename*=utf-8''Rechnung%20f%C3%BCr%20Ann.pdf"))
        #expect(text.contains("JVBERg==") && text.utf8.split(separator: 10).allSatisfy { $0.count <= 998 })
    }

    @Test("what could break the mail is refused", arguments: ["a\r\nb", "../etc/passwd", "", "a\\b"])
    func names(name: String) {
        #expect(throws: MIMEError.self) { try MailAttachment(filename: name, contentType: "text/plain", base64: "") }
    }

    @Test("types and contents are checked")
    func types() {
        for type in ["text", "text/", "text/plain; charset=x", "multipart/mixed", "te xt/plain"] {
            #expect(throws: MIMEError.self) { try MailAttachment(filename: "a", contentType: type, base64: "") }
        }
        #expect(throws: MIMEError.self) { try MailAttachment(filename: "a", contentType: "text/plain", base64: "%%%") }
        #expect(throws: MIMEError.self) { try MailAttachment(filename: "a", contentType: "text/plain", base64: "", contentID: "a>b") }
    }
}
