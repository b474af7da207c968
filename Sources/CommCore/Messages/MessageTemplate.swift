import FoundationEssentials

/// Named content of messages in one channel and language.
package struct MessageTemplate: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let channel: Channel
    /// BCP 47.
    package let language: String
    /// Of a mail; the title of a push message.
    package let subject: String?
    package let bodyHTML: String?
    package let bodyText: String?
    /// What messages may give values for.
    package let variables: [String]
    /// Counts the changes.
    package let version: Int
    package let createdAt: Date
    package let updatedAt: Date
}

/// A message template as it was received, or a change of one; nil leaves a field as it is.
package struct MessageTemplateDraft: Sendable, Equatable {
    package var name: String?
    package var channel: String?
    package var language: String?
    package var subject: String?
    package var bodyHTML: String?
    package var bodyText: String?

    package init() {}
}
