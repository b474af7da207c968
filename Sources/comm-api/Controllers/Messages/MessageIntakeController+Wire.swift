import CommCore
import FoundationEssentials

extension MessageIntakeController {
    struct MessageRequest: RequestFields {
        let draft: MessageDraft
        let recipient: MessageRecipientDraft

        init(_ fields: inout JSONFields) {
            recipient = MessageRecipientDraft(address: fields.string("recipient"), variables: fields.attributes("variables") ?? [:])
            var draft = MessageDraft(&fields)
            draft.fallbacks = fields.fallbacks()
            self.draft = draft
        }
    }

    /// A bulk request without its recipients.
    struct SharedRequest: RequestFields {
        let draft: MessageDraft

        init(_ fields: inout JSONFields) {
            draft = MessageDraft(&fields)
        }
    }

    /// An element of `recipients`, where it is an object.
    struct RecipientRequest: RequestFields {
        let recipient: MessageRecipientDraft

        init(_ fields: inout JSONFields) {
            recipient = MessageRecipientDraft(address: fields.string("recipient"), variables: fields.attributes("variables") ?? [:])
        }
    }

    struct ReceiptWire: Encodable {
        let uuid: UUID
        let requestID: UUID
        let state: String
        let channel: String
        let messageType: String
        let priority: String
        let dueAt: Date

        init(_ receipt: MessageReceipt) {
            (uuid, requestID) = (receipt.id, receipt.requestID)
            state = receipt.isScheduled ? "scheduled" : "queued"
            (channel, messageType) = (receipt.channel.rawValue, receipt.messageType)
            (priority, dueAt) = (receipt.priority.word, receipt.dueAt)
        }
    }

    struct BulkReceiptWire: Encodable {
        struct Refusal: Encodable {
            let index: Int
            @OrNull var recipient: String?
            let reason: String

            init(_ refusal: BulkMessageReceipt.Refusal) {
                (index, reason) = (refusal.index, refusal.reason)
                _recipient = OrNull(wrappedValue: refusal.recipient)
            }
        }

        let requestID: UUID
        let channel: String
        let messageType: String
        let priority: String
        let dueAt: Date
        let total: Int
        let queued: Int
        let suppressed: Int
        let invalid: Int
        let reasons: [String: Int]
        let refused: [Refusal]

        init(_ receipt: BulkMessageReceipt) {
            requestID = receipt.requestID
            (channel, messageType) = (receipt.channel.rawValue, receipt.messageType)
            (priority, dueAt) = (receipt.priority.word, receipt.dueAt)
            (total, queued, suppressed, invalid) = (receipt.total, receipt.queued, receipt.suppressed, receipt.invalid)
            reasons = receipt.reasons
            refused = receipt.refusals.map(Refusal.init)
        }
    }
}

extension MessageDraft {
    /// The fields that single and bulk requests share.
    init(_ fields: inout JSONFields) {
        self.init()
        channel = fields.string("channel")
        priority = fields.string("priority")
        messageType = fields.string("message_type")
        content = MessageContentDraft(&fields)
        from = fields.string("from")
        fromName = fields.string("from_name")
        replyTo = fields.string("reply_to")
        headers = fields.stringMap("headers")
        attachments = fields.attachments()
        pushData = fields.stringMap("push_data")
        motorBlockID = fields.uuid("motor_block_id")
        gateway = fields.string("gateway")
        sourceType = fields.string("source_type")
        sourceID = fields.string("source_id")
        metadata = fields.attributes("metadata")
        tags = fields.strings("tags")
        sendAt = fields.date("send_at")
        expiresAt = fields.date("expires_at")
    }
}

extension MessageContentDraft {
    fileprivate init(_ fields: inout JSONFields) {
        self.init()
        subject = fields.string("subject")
        html = fields.string("html")
        text = fields.string("body")
        template = fields.string("template")
        language = fields.string("language")
        tracksClicks = fields.bool("track_clicks") ?? false
        tracksOpens = fields.bool("track_opens") ?? false
    }
}

extension JSONFields {
    /// The same message on its further channels.
    fileprivate mutating func fallbacks() -> [MessageFallbackDraft] {
        let entries = items("fallback") { (_: String) -> MessageFallbackDraft? in
            nil
        } object: { fields in
            let recipient = MessageRecipientDraft(address: fields.string("recipient"), variables: fields.attributes("variables") ?? [:])
            var fallback = MessageFallbackDraft(recipient: recipient)
            fallback.channel = fields.string("channel")
            fields.require("channel", fallback.channel != nil)
            fallback.content = MessageContentDraft(&fields)
            fallback.pushData = fields.stringMap("push_data")
            return fallback
        }
        for (index, entry) in (entries ?? []).enumerated() where entry == nil {
            add("fallback[\(index)]", "wrong_type", "must be an object")
        }
        return (entries ?? []).compactMap(\.self)
    }

    fileprivate mutating func attachments() -> [MessageAttachment]? {
        let files = items("attachments") { (_: String) -> MessageAttachment? in
            nil
        } object: { fields in
            let filename = fields.string("filename")
            let content = fields.string("content")
            let attachment = MessageAttachment(
                filename: filename ?? "",
                contentType: fields.string("content_type") ?? "application/octet-stream",
                content: content ?? "",
                contentID: fields.string("content_id")
            )
            fields.require("filename", filename != nil)
            fields.require("content", content != nil)
            return attachment
        }
        guard let files else { return nil }
        for (index, file) in files.enumerated() where file == nil { add("attachments[\(index)]", "wrong_type", "must be an object") }
        return files.compactMap(\.self)
    }
}
