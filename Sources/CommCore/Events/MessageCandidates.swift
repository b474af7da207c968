import FoundationEssentials

/// Where a message may be whose tenant a report does not name in full.
struct MessageCandidates: Sendable, Equatable {
    let firstTenant: UUID
    let lastTenant: UUID
    /// Hashes of addresses, one of which its recipient has to be; nil when the report proves what it is about.
    let recipientMarks: [String]?
}
