import FoundationEssentials

/// Writes the platform's two forms of a message: the job for its list and the row for its log, byte by byte in the contract's order of
/// keys.
///
/// What all messages of a campaign share is escaped once.
struct JobWriter {
    /// What the platform is given for one message.
    struct Written {
        let row: EmailLogRepository.Row
        let job: [UInt8]
    }

    private let envelope: MessageEnvelope
    private let renderer: MessageRenderer
    private let tenant: String
    private let campaign: String
    /// `"motorBlockId":…,"fromAddress":…` up to the recipient.
    private let sender: String
    /// From the domain to the last fixed header.
    private let fixedHeaders: String
    private let title: String
    private let attachments: String

    init(envelope: MessageEnvelope, motorBlockID: UUID, renderer: MessageRenderer) {
        self.envelope = envelope
        self.renderer = renderer
        tenant = envelope.tenantID.uuidString.lowercased()
        campaign = envelope.campaignID.map { "\"\($0.uuidString.lowercased())\"" } ?? "null"
        title = JSONText.quoted(envelope.title)
        sender = """
            "motorBlockId":"\(motorBlockID.uuidString.lowercased())","fromAddress":\(JSONText.quoted(envelope.fromHeader))
            """
        fixedHeaders = envelope.sharedHeaders.map { "\(JSONText.quoted($0.name)):\(JSONText.quoted($0.value))," }.joined()
        attachments = Self.attachments(envelope.options.attachments ?? [])
    }

    /// - Throws: `RenderError` that concerns this message only.
    func write(_ message: OutgoingMessage) throws(RenderError) -> Written {
        let createdAt = UUIDv7.time(of: message.id) ?? Date(timeIntervalSince1970: 0)
        var bound = BoundMessage()
        try renderer.bind(RecipientValues(message, of: envelope), to: &bound)
        var subject: [UInt8] = []
        try renderer.append(.subject, of: bound, to: &subject)
        let parts = try Parts(renderer: renderer, bound: bound)
        let ids = Identifiers(message: message, createdAt: createdAt)
        let row = EmailLogRepository.Row(
            id: message.id,
            toAddress: message.recipient,
            subject: subject,
            bodySize: parts.bodySize,
            metadata: metadata(ids, parts: parts, withCampaignName: false)
        )
        return Written(row: row, job: job(ids, parts: parts, unsubscribeURL: bound.unsubscribeURL))
    }

    /// A message's own names, ready for JSON.
    private struct Identifiers {
        let id: String
        let contact: String
        let address: String
        let createdAt: String

        init(message: OutgoingMessage, createdAt: Date) {
            id = message.id.uuidString.lowercased()
            contact = message.contactID.map { "\"\($0.uuidString.lowercased())\"" } ?? "null"
            address = JSONText.quoted(message.recipient)
            self.createdAt = ISO8601.string(from: createdAt)
        }
    }

    /// The rendered parts as the insides of JSON strings.
    private struct Parts {
        var subject: [UInt8] = []
        var html: [UInt8] = []
        var text: [UInt8] = []
        /// Bytes of the HTML part, or of the text part of a mail without one; as mailed, not as written in JSON.
        let bodySize: Int

        init(renderer: MessageRenderer, bound: BoundMessage) throws(RenderError) {
            try renderer.append(.subject, of: bound, as: .json, to: &subject)
            try renderer.append(.html, of: bound, as: .json, to: &html)
            try renderer.append(.text, of: bound, as: .json, to: &text)
            bodySize = JSONText.unescapedCount(renderer.hasHTML ? html : text)
        }

        var size: Int { html.count + text.count }
    }

    private func job(_ ids: Identifiers, parts: Parts, unsubscribeURL: [UInt8]) -> [UInt8] {
        var job: [UInt8] = []
        job.reserveCapacity(2 * parts.size + 2_048)
        job += #"{"emailId":"\#(ids.id)",\#(sender),"toAddresses":[\#(ids.address)],"subject":""#.utf8
        job += parts.subject
        job += #"","bodyText":""#.utf8
        job += parts.text
        job += #"","bodyHtml":""#.utf8
        job += parts.html
        job +=
            """
            ","rawMessage":"","attachments":\(attachments),"domain":\(JSONText.quoted(envelope.fromDomain)),"priority":"normal","attempts":0,\
            "createdAt":"\(ids.createdAt)","headers":{
            """.utf8
        if envelope.isMarketing {
            job += #""List-Unsubscribe":"<"#.utf8
            job += unsubscribeURL
            job += ">, <mailto:\(JSONText.escaped(envelope.unsubscribeMailto))>\",".utf8
        }
        job += fixedHeaders.utf8
        job += "\"Message-ID\":\(JSONText.quoted("<\(ids.id)@\(envelope.fromDomain)>"))},\"metadata\":".utf8
        job += metadata(ids, parts: parts, withCampaignName: true)
        job.append(UInt8(ascii: "}"))
        return job
    }

    /// In the platform's form, as nodemailer takes them.
    private static func attachments(_ files: [MessageAttachment]) -> String {
        let entries = files.map { file in
            let id = file.contentID.map { ",\"cid\":\(JSONText.quoted($0))" } ?? ""
            return """
                {"filename":\(JSONText.quoted(file.filename)),"content":\(JSONText.quoted(file.content)),"encoding":"base64",\
                "contentType":\(JSONText.quoted(file.contentType))\(id)}
                """
        }
        return "[\(entries.joined(separator: ","))]"
    }

    private func metadata(_ ids: Identifiers, parts: Parts, withCampaignName: Bool) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(parts.size + 512)
        let name = withCampaignName ? "\"campaign_name\":\(title)," : ""
        json +=
            """
            {"campaign_id":\(campaign),\(name)"tenant_id":"\(tenant)","contact_id":\(ids.contact),\
            "allRecipients":{"to":[\(ids.address)]},"attachments":[],"content":{"bodyText":"
            """.utf8
        json += parts.text
        json += #"","bodyHtml":""#.utf8
        json += parts.html
        json += #""}}"#.utf8
        return json
    }
}
