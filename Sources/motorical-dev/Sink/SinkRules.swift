import SMTP
import Synchronization

/// Which recipients misbehave, by the beginning of their local part.
final class SinkRules: Sendable {
    /// Recipients that were put off once; bounded, so that a long run does not grow.
    private let putOff = Mutex<Set<String>>([])
    private static let maximumPutOff = 1_000_000

    /// `bounce…` is refused for good, `defer…` the first time only.
    func decide(on recipient: String) -> SMTPServerPolicy.Decision {
        if recipient.hasPrefix("bounce") { return .reply(SMTPReply(550, "5.1.1 No such user here")) }
        guard recipient.hasPrefix("defer") else { return .accept }
        let isFirst = putOff.withLock { putOff in
            guard putOff.count < Self.maximumPutOff else { return false }
            return putOff.insert(recipient).inserted
        }
        return isFirst ? .reply(SMTPReply(451, "4.7.1 Greylisted, try again later")) : .accept
    }
}
