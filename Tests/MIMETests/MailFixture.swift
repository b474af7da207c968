import FoundationEssentials
import MIME

/// A mail with defaults for all that a test does not care about.
enum MailFixture {
    static let date = Date(timeIntervalSince1970: 1_795_224_198)

    static func message(
        from: Mailbox? = nil,
        to: [Mailbox]? = nil,
        subject: String = "Hello",
        headers: [MailHeader] = [],
        body: MailBody = .text(Array("Hi\n".utf8)),
        messageID: String = "1@shop.test",
        boundary: String = "b1"
    ) throws -> MailMessage {
        try MailMessage(
            from: from ?? Mailbox(displayName: "Shop", address: "me@shop.test"),
            to: to ?? [Mailbox(address: "a@b.test")],
            subject: subject,
            date: date,
            messageID: messageID,
            headers: headers,
            body: body,
            boundary: boundary
        )
    }

    static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    }
}

extension String {
    func components(separatedBy separator: String) -> [String] {
        var result: [String] = []
        var rest = Array(utf8)[...]
        let mark = Array(separator.utf8)
        var current: [UInt8] = []
        while let byte = rest.first {
            if rest.starts(with: mark) {
                result.append(String(decoding: current, as: UTF8.self))
                current = []
                rest = rest.dropFirst(mark.count)
            } else {
                current.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result + [String(decoding: current, as: UTF8.self)]
    }
}
