import MIME

/// What became of a message at one recipient, by codes and words.
struct BounceFinding: Sendable, Equatable {
    /// `bounced`, `deferred` or `delivered`.
    var type: EventType
    /// Of a bounce.
    var bounceClass: BounceClass?
    var smtpCode: Int?
    var enhancedCode: String?
    var diagnostic: String?

    /// Reads one block of a delivery status.
    ///
    /// - Parameter notice: the part for people, for blocks that give no reason.
    init(_ recipient: DeliveryStatus.Recipient, notice: String) {
        let text = recipient.diagnostic ?? ""
        let words = text.isEmpty ? notice : text
        let reply = Self.reply(in: words)
        smtpCode = reply
        enhancedCode = Self.code(recipient.status, words)
        diagnostic = text.isEmpty ? nil : text
        type =
            switch recipient.action {
            case .delivered, .relayed, .expanded: .delivered
            case .delayed: .deferred
            case .failed: .bounced
            case nil: Self.type(of: recipient.status)
            }
        guard type == .bounced else { return }
        let classify = Self.isTemporary(reply, recipient.status) ? BounceClassifier.classifyGivenUp : BounceClassifier.classify
        bounceClass = classify(reply, recipient.status, words)
    }

    /// Reads a notice for people.
    init(notice: String, rule: BounceNoticeRules.Rule?) {
        let reply = Self.reply(in: notice)
        smtpCode = reply
        enhancedCode = EnhancedStatusCode(in: notice).map { "\($0.statusClass).\($0.subject).\($0.detail)" }
        diagnostic = notice
        type = BounceNoticeRules.isDelay(notice) ? .deferred : .bounced
        let told = rule.flatMap { BounceNoticeRules.kind(of: notice, by: $0) }
        bounceClass = told ?? BounceClassifier.classify(reply: reply, status: nil, text: notice)
        if type == .deferred { bounceClass = nil }
    }

    private init(type: EventType) {
        self.type = type
    }

    /// What several blocks about the same recipient come to: who reached somebody is not at fault, and only what is gone for all is gone.
    static func combined(_ findings: [BounceFinding]) -> BounceFinding? {
        if let delivered = findings.first(where: { $0.type == .delivered }) { return delivered }
        if let deferred = findings.first(where: { $0.type == .deferred }) { return deferred }
        return findings.first { $0.bounceClass != .hard } ?? findings.first
    }

    /// Given up after answers that were no refusals.
    private static func isTemporary(_ reply: Int?, _ status: String?) -> Bool {
        if let reply { return (400..<500).contains(reply) }
        return status.flatMap(EnhancedStatusCode.init(in:))?.statusClass == 4
    }

    private static func type(of status: String?) -> EventType {
        switch status.flatMap(EnhancedStatusCode.init(in:))?.statusClass {
        case 2: .delivered
        case 4: .deferred
        default: .bounced
        }
    }

    private static func code(_ status: String?, _ text: String) -> String? {
        let told = status.flatMap(EnhancedStatusCode.init(in:))
        let code = told?.isGeneric == false ? told : EnhancedStatusCode(in: text) ?? told
        return code.map { "\($0.statusClass).\($0.subject).\($0.detail)" }
    }

    /// The first reply code of a server that stands alone.
    private static func reply(in text: String) -> Int? {
        for word in text.split(whereSeparator: { $0.isWhitespace || "-:;,()#<>".contains($0) }) where word.utf8.count == 3 {
            if let code = Int(word), (400..<600).contains(code) { return code }
        }
        return nil
    }
}
