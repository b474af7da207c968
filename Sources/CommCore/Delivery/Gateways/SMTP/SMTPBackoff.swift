import FoundationEssentials

/// When a message that was put off is tried again: after as long as it has waited so far, as mail servers do.
enum SMTPBackoff {
    private static let shortest: TimeInterval = 5 * 60
    private static let longest: TimeInterval = 4 * 3600

    /// - Parameter id: UUIDv7, whose time is the message's age.
    static func next(_ id: UUID, now: Date) -> Date {
        let age = UUIDv7.time(of: id).map { now.timeIntervalSince($0) } ?? 0
        return now.addingTimeInterval(min(max(age, shortest), longest))
    }
}
