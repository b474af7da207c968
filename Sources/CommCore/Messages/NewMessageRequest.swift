import FoundationEssentials

/// A request whose content and class are known, ready to be stored.
struct NewMessageRequest: Sendable {
    let tenantID: UUID
    let id: UUID
    let message: CheckedMessage
    let priority: Priority
    let content: MessageContent
    let motorBlockID: UUID?
    let createdAt: Date

    var dueAt: Date { max(message.sendAt ?? createdAt, createdAt) }

    /// From when on the age of its messages counts, where that is not the time of their ids.
    var ageFrom: Date? { dueAt > createdAt ? dueAt : nil }

    func receipt(of id: UUID) -> MessageReceipt {
        MessageReceipt(
            id: id,
            requestID: self.id,
            channel: message.channel,
            messageType: message.type,
            priority: priority,
            dueAt: dueAt,
            isScheduled: dueAt > createdAt
        )
    }
}
