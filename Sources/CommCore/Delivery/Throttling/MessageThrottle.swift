import FoundationEssentials

/// Decides when messages may go, so that nobody is given more than he takes.
///
/// It never fails and never waits: without its stores it is careful, and what may not go now is told when to come again.
package protocol MessageThrottle: Sendable {
    /// For each recipient in turn: nil when the message may go now, else when it may.
    ///
    /// What may go counts as gone. What may not has a place in the line, and finds it when it asks again at that time.
    func admit(_ recipients: [String], of subject: ThrottleSubject, now: Date) async -> [ThrottleRefusal?]

    /// Hears what a gateway answered, at once or in reports, for the reply rules.
    func observe(_ replies: [GatewayReply], of gateway: String, channel: Channel, now: Date) async
}
