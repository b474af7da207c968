/// What Twilio's numbers mean.
enum TwilioErrorCode {
    /// The recipient has answered STOP.
    static let optedOut = 21610

    /// Whose fault a refused request is.
    enum Meaning: Sendable, Equatable {
        /// The number is none, or no mobile one.
        case address
        /// The recipient has asked for no more messages.
        case optedOut
        /// The message itself, or that it cannot go from this sender to this number.
        case request
        /// The number or service that it is to come from.
        case sender
        /// Credentials, account, permissions.
        case account
        /// More than Twilio takes now.
        case throttled
        case unknown
    }

    static func meaning(of code: Int) -> Meaning {
        switch code {
        case 21211, 21604, 21614: .address
        case optedOut: .optedOut
        case 21602, 21612, 21617: .request
        case 21212, 21606, 21603, 21659, 21660, 21703, 21705, 21712: .sender
        case 20003, 20404, 21408, 30002: .account
        case 20429, 21611, 21730: .throttled
        default: .unknown
        }
    }

    /// What a failed delivery says about the number, the message or us.
    static func bounceClass(_ code: Int?) -> BounceClass {
        switch code {
        case 30005, 30006, 21211, 21614: .hard
        case 30003, 30004, 30008, 30410: .soft
        case optedOut: .block
        case 30007: .content
        case 30036: .expired
        case 30001, 30002, 30010, 30019, 30022, 30023, 30032, 30034: .config
        case 30450: .policy
        default: .unknown
        }
    }
}
