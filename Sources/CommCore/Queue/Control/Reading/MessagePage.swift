/// Some of the messages that were asked for.
package struct MessagePage: Sendable {
    package let messages: [MessageFacts]
    /// Where the next page begins; nil when there is none.
    ///
    /// A page that has one may hold fewer messages than were asked for.
    package let next: MessageCursor?
}
