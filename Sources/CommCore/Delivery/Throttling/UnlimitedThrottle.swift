import FoundationEssentials

/// Lets everything go.
package struct UnlimitedThrottle: MessageThrottle {
    package init() {}

    package func admit(_ recipients: [String], of subject: ThrottleSubject, now: Date) async -> [ThrottleRefusal?] {
        Array(repeating: nil, count: recipients.count)
    }

    package func observe(_ replies: [GatewayReply], of gateway: String, channel: Channel, now: Date) async {}
}
