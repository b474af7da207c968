import FoundationEssentials

/// A message whose fields have been checked; its content and class are still to be found.
struct CheckedMessage: Sendable {
    let channel: Channel
    let type: String
    let wish: Priority?
    let content: MessageContentDraft
    let options: MessageOptions
    let motorBlockID: UUID?
    let gateway: String?
    let sourceType: String?
    let sourceID: String?
    /// A JSON object; nil when there is none.
    let metadata: String?
    let tags: [String]
    let sendAt: Date?
    let expiresAt: Date?

    /// - Throws: `MessageError` with every field that is wrong.
    init(_ draft: MessageDraft, now: Date) throws {
        var check = MessageCheck(now: now)
        channel = check.channel(draft.channel)
        type = check.type(draft.messageType)
        wish = check.priority(draft.priority)
        content = check.content(draft.content, channel)
        options = check.options(draft, channel)
        motorBlockID = draft.motorBlockID
        gateway = check.gateway(draft.gateway, channel)
        sourceType = check.text(draft.sourceType, "source_type", longest: 64)
        sourceID = check.text(draft.sourceID, "source_id", longest: 200)
        metadata = check.metadata(draft.metadata)
        tags = check.tags(draft.tags)
        (sendAt, expiresAt) = check.times(draft.sendAt, draft.expiresAt)
        if sourceID != nil, sourceType == nil { check.problems.append(.required("source_type")) }
        guard check.problems.isEmpty else { throw MessageError.invalid(check.problems) }
    }
}
