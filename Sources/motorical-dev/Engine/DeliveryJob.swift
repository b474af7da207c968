import Foundation
import MIME

/// One job of the delivery list, with what the engine needs of it.
struct DeliveryJob: Sendable {
    /// `emailId`: also the id of its row in email_logs.
    let id: UUID
    let motorBlockID: UUID
    let from: Mailbox
    let recipients: [Mailbox]
    let subject: String
    let text: [UInt8]
    let html: [UInt8]
    let headers: [MailHeader]
    /// Without angle brackets; the job's own, else made of id and domain.
    let messageID: String
    let campaignID: String?
    let contactID: String?
    let tenantID: String?

    /// A complaint is made up for recipients whose local part says so.
    var complains: Bool { recipients.contains { $0.address.hasPrefix("complain") } }
}

extension DeliveryJob {
    /// Why a list entry is no job.
    struct Invalid: Error {
        let field: String
    }

    /// Reads the JSON of a list entry.
    ///
    /// - Throws: `Invalid`, `MIMEError` or `JSONReader.Failure`; the entry will never become a mail.
    init(json: [UInt8]) throws {
        var fields = Fields()
        var reader = JSONReader(json)
        try reader.object { key, reader in try fields.read(key, &reader) }
        guard let id = fields.id else { throw Invalid(field: "emailId") }
        guard let motorBlockID = fields.motorBlockID else { throw Invalid(field: "motorBlockId") }
        guard let from = fields.from else { throw Invalid(field: "fromAddress") }
        guard !fields.recipients.isEmpty else { throw Invalid(field: "toAddresses") }
        self.id = id
        self.motorBlockID = motorBlockID
        self.from = try Mailbox.parse(from)
        recipients = try fields.recipients.map { try Mailbox.parse($0) }
        subject = fields.subject
        text = fields.text
        html = fields.html
        headers = try fields.headers.filter { !MailMessage.isOwnField($0.name) }.map { try MailHeader($0.name, $0.value) }
        let domain = fields.domain.flatMap { $0.isEmpty ? nil : $0 } ?? String(self.from.domain)
        let given = fields.headers.first { $0.name.lowercased() == "message-id" }?.value
        messageID = given.map { $0.filter { $0 != "<" && $0 != ">" } } ?? "\(id.uuidString.lowercased())@\(domain)"
        campaignID = fields.metadata["campaign_id"]
        contactID = fields.metadata["contact_id"]
        tenantID = fields.metadata["tenant_id"]
    }

    private struct Fields {
        var id: UUID?
        var motorBlockID: UUID?
        var from: String?
        var recipients: [String] = []
        var subject = ""
        var text: [UInt8] = []
        var html: [UInt8] = []
        var headers: [(name: String, value: String)] = []
        var domain: String?
        var metadata: [String: String] = [:]

        mutating func read(_ key: String, _ reader: inout JSONReader) throws {
            switch key {
            case "emailId": id = UUID(uuidString: try reader.string())
            case "motorBlockId": motorBlockID = UUID(uuidString: try reader.string())
            case "fromAddress": from = try reader.string()
            case "toAddresses": try reader.array { recipients.append(try $0.string()) }
            case "subject": subject = try reader.string()
            case "bodyText": text = try reader.stringBytes()
            case "bodyHtml": html = try reader.stringBytes()
            case "domain": domain = try reader.string()
            case "headers": try reader.object { name, reader in headers.append((name, try reader.string())) }
            case "metadata": try readMetadata(&reader)
            default: try reader.skip()
            }
        }

        private mutating func readMetadata(_ reader: inout JSONReader) throws {
            try reader.object { key, reader in
                switch key {
                case "campaign_id", "contact_id", "tenant_id": metadata[key] = try reader.optionalString()
                default: try reader.skip()
                }
            }
        }
    }
}
