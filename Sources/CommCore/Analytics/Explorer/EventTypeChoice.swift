/// The types that clients ask for: those of events, and the contract's words for what was handed over.
package enum EventTypeChoice: String, Sendable, CaseIterable {
    /// Handed over: the delivery log has it and not the events.
    case queued, sending
    case sent, delivered, deferred, bounced, complained, failed, blocked, opened, clicked, unsubscribed, resubscribed

    /// Nil for what is no event.
    package var type: EventType? { EventType(rawValue: rawValue) }
}

extension EventFilter {
    /// Narrows to a type; nil leaves all events.
    package mutating func choose(_ choice: EventTypeChoice?) {
        (type, isHandOver) = (choice?.type, [.queued, .sending].contains(choice))
    }
}
