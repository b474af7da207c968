import FoundationEssentials
import MIME

/// Checks the fields of a message and collects everything that is wrong with them.
struct MessageCheck {
    let now: Date
    var problems: [FieldProblem] = []

    init(now: Date) {
        self.now = now
    }

    private mutating func refuse(_ field: String, _ code: String, _ message: String) {
        problems.append(FieldProblem(field: field, code: code, message: "\(field) \(message)"))
    }

    mutating func channel(_ word: String?) -> Channel {
        guard let word else { return .email }
        if let channel = Channel(rawValue: word) { return channel }
        refuse("channel", "invalid", "must be one of: email, sms, push")
        return .email
    }

    mutating func priority(_ word: String?) -> Priority? {
        guard let word else { return nil }
        if let priority = Priority(word: word) { return priority }
        refuse("priority", "invalid", "must be one of: P0, P1, P2, P3, P4")
        return nil
    }

    mutating func gateway(_ name: String?, _ channel: Channel) -> String? {
        guard let name else { return nil }
        let known = GatewayRoute.gateways(of: channel)
        if !known.contains(name) { refuse("gateway", "invalid", "must be one of: \(known.joined(separator: ", "))") }
        return name
    }

    mutating func type(_ word: String?) -> String {
        self.word(word, "message_type") ?? MessageClass.defaultType
    }

    /// Small letters, digits, `_`, `-` and `.`, at most 64.
    mutating func word(_ word: String?, _ field: String) -> String? {
        guard let word else { return nil }
        let isWord =
            (1...64).contains(word.utf8.count)
            && word.utf8.allSatisfy { byte in
                switch byte {
                case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                default: false
                }
            }
        if !isWord { refuse(field, "invalid", "must be 1 to 64 of a-z, 0-9, \"_\", \"-\" and \".\"") }
        return word
    }

    mutating func text(_ text: String?, _ field: String, longest: Int) -> String? {
        guard let text, !text.isEmpty else { return nil }
        if text.count > longest { refuse(field, "too_long", "has more than \(longest) characters") }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            refuse(field, "invalid", "may not hold control characters")
        }
        return text
    }

    mutating func content(_ draft: MessageContentDraft, _ channel: Channel) -> MessageContentDraft {
        if let template = draft.template {
            for (field, value) in [("subject", draft.subject), ("html", draft.html), ("body", draft.text)] where value != nil {
                refuse(field, "conflict", "may not stand beside template")
            }
            if template.isEmpty || template.count > 100 { refuse("template", "invalid", "must be the name of a message template") }
            return draft
        }
        switch channel {
        case .email:
            if (draft.subject ?? "").isEmpty { problems.append(.required("subject")) }
            if draft.html == nil, (draft.text ?? "").isEmpty { problems.append(.required("body")) }
        case .sms:
            if (draft.text ?? "").isEmpty { problems.append(.required("body")) }
            if let text = draft.text, text.count > MessageLimits.smsCharacters {
                refuse("body", "too_long", "has more than \(MessageLimits.smsCharacters) characters")
            }
            if draft.html != nil { refuse("html", "conflict", "is for e-mail only") }
            if draft.subject != nil { refuse("subject", "conflict", "is for e-mail and push only") }
        case .push:
            if (draft.text ?? "").isEmpty { problems.append(.required("body")) }
            if draft.html != nil { refuse("html", "conflict", "is for e-mail only") }
            if (draft.text ?? "").utf8.count + (draft.subject ?? "").utf8.count > MessageLimits.pushBytes {
                refuse("body", "too_long", "and subject have more than \(MessageLimits.pushBytes) bytes together")
            }
        }
        return draft
    }

    mutating func options(_ draft: MessageDraft, _ channel: Channel) -> MessageOptions {
        var options = MessageOptions()
        if channel == .email {
            options.fromAddress = address(draft.from, "from")
            options.fromName = text(draft.fromName, "from_name", longest: 200)
            options.replyTo = address(draft.replyTo, "reply_to")
            options.headers = headers(draft.headers)
            options.attachments = attachments(draft.attachments)
        } else {
            let isThere: [(String, Bool)] = [
                ("from", draft.from != nil), ("from_name", draft.fromName != nil), ("reply_to", draft.replyTo != nil),
                ("headers", draft.headers != nil), ("attachments", draft.attachments != nil),
            ]
            for (field, isThere) in isThere where isThere { refuse(field, "conflict", "is for e-mail only") }
        }
        if let data = draft.pushData {
            if channel != .push { refuse("push_data", "conflict", "is for push only") }
            options.pushData = pushData(data)
        }
        return options
    }

    private mutating func address(_ text: String?, _ field: String) -> String? {
        guard let text else { return nil }
        guard let address = try? EmailAddress(text) else {
            refuse(field, "invalid", "must be an e-mail address")
            return nil
        }
        return address.deliverable
    }

    private mutating func headers(_ headers: [String: String]?) -> [MessageHeader]? {
        guard let headers, !headers.isEmpty else { return nil }
        if headers.count > MessageLimits.headers { refuse("headers", "too_many", "has more than \(MessageLimits.headers) fields") }
        return headers.sorted { $0.key < $1.key }.map { name, value in
            let field = "headers.\(name.prefix(100))"
            let isKnown = (try? MailHeader(name, value)) != nil && value.utf8.count <= MessageLimits.headerValue
            if !isKnown { refuse(field, "invalid", "is no header field that can be sent") }
            if Self.reserved.contains(where: { name.lowercased().hasPrefix($0) }) {
                refuse(field, "reserved", "is written by the suite itself")
            }
            return MessageHeader(name: name, value: value)
        }
    }

    /// What the suite, the gateway or the way there write; nothing of it may be said twice.
    private static let reserved = [
        "from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to", "message-id", "mime-version", "content-", "list-", "precedence",
        "auto-submitted", "feedback-id", "return-path", "received", "dkim-", "arc-", "x-auto-response-suppress", "x-mailgun-",
        "x-ses-", "x-postal-", "resent-",
    ]

    private mutating func attachments(_ files: [MessageAttachment]?) -> [MessageAttachment]? {
        guard let files, !files.isEmpty else { return nil }
        if files.count > MessageLimits.attachments {
            refuse("attachments", "too_many", "has more than \(MessageLimits.attachments) files")
        }
        if files.reduce(0, { $0 + $1.content.utf8.count }) > MessageLimits.attachmentBytes {
            refuse("attachments", "too_large", "hold more than \(MessageLimits.attachmentBytes >> 20) MiB in base64")
        }
        for (index, file) in files.enumerated() {
            let field = "attachments[\(index)]"
            if (try? MailAttachment(filename: file.filename, contentType: file.contentType, base64: file.content, contentID: file.contentID))
                == nil
            {
                refuse(field, "invalid", "needs a filename, a content_type like text/plain, and content in base64")
            }
        }
        return files
    }

    private mutating func pushData(_ data: [String: String]) -> [String: String] {
        for key in data.keys.sorted()
        where key.isEmpty || ["from", "message_type", "mid", "ref"].contains(key) || key.hasPrefix("google.")
            || key.hasPrefix("gcm.")
        {
            refuse("push_data.\(key.prefix(100))", "reserved", "is used by the delivery service")
        }
        if data.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > MessageLimits.pushBytes {
            refuse("push_data", "too_large", "holds more than \(MessageLimits.pushBytes) bytes")
        }
        return data
    }

    mutating func metadata(_ metadata: [String: AttributeValue]?) -> String? {
        guard let metadata, !metadata.isEmpty else { return nil }
        guard let json = try? String(decoding: JSONEncoder().encode(metadata), as: UTF8.self) else {
            refuse("metadata", "invalid", "must be a JSON object")
            return nil
        }
        if json.utf8.count > MessageLimits.metadataBytes {
            refuse("metadata", "too_large", "has more than \(MessageLimits.metadataBytes) bytes")
        }
        return json
    }

    mutating func tags(_ tags: [String]?) -> [String] {
        guard let tags else { return [] }
        if tags.count > MessageLimits.tags { refuse("tags", "too_many", "has more than \(MessageLimits.tags) entries") }
        for (index, tag) in tags.enumerated() {
            if tag.isEmpty { refuse("tags[\(index)]", "invalid", "is empty") }
            _ = text(tag, "tags[\(index)]", longest: MessageLimits.tagLength)
        }
        return Array(Set(tags)).sorted()
    }

    mutating func times(_ sendAt: Date?, _ expiresAt: Date?) -> (Date?, Date?) {
        if let sendAt, sendAt.timeIntervalSince(now) > MessageLimits.horizon { refuse("send_at", "too_far", "is more than a year ahead") }
        if let expiresAt, expiresAt <= max(now, sendAt ?? now) { refuse("expires_at", "invalid", "must be later than now and send_at") }
        return (sendAt, expiresAt)
    }
}
