import FoundationEssentials

/// A message under lease, with what the last-moment check says about it.
package struct QueuedMessage: Sendable {
    package let id: UUID
    package let contactID: UUID?
    package let recipient: String
    /// Frozen at expansion, in the order of the artifact's fields.
    package let mergeValues: [String?]
    /// Deliveries tried so far.
    package let attempts: Int
    /// Why it must not be sent; nil when it may.
    package let verdict: Disposition?
    /// From when on its age counts, where that is not the time of its id: it was due later, or is tried again.
    package var ageFrom: Date?
    /// What its last attempt met.
    package var lastError: String?

    /// The ``lastError`` of a message whose sender stopped while it held it.
    static let stopped = "its sender stopped while it was handed over"
    /// The ``lastError`` of a message whose hand-over a missing store broke off: it may have left.
    static let storeAway = "a store is away"
}
