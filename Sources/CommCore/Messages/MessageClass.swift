/// Which class of the queue a message goes by: its type decides, and a client's wish only within what the type allows.
package enum MessageClass {
    /// The type of messages that name none.
    package static let defaultType = "transactional"

    /// What the product knows of types; a tenant's own table wins.
    private static let known: [String: Priority] = [
        "emergency": .emergency, "alert": .alert, "security_alert": .alert, "incident": .alert, "otp": .alert, "verification_code": .alert,
        "newsletter": .newsletter, "campaign": .campaign, "marketing": .campaign, "promotion": .campaign,
    ]

    /// The class of a message.
    ///
    /// - Parameters:
    ///   - policy: the tenant's class for this type, where there is one.
    ///   - wish: what the client asked for: taken where it is less urgent than what the type has.
    package static func priority(type: String, policy: Priority?, wish: Priority?) -> Priority {
        let granted = policy ?? known[type] ?? .transactional
        guard let wish else { return granted }
        return wish.urgency > granted.urgency ? wish : granted
    }
}

extension Priority {
    /// 0 is the most urgent: transactional messages come before what is sent in bulk.
    package var urgency: Int {
        switch self {
        case .emergency: 0
        case .alert: 1
        case .transactional: 2
        case .newsletter: 3
        case .campaign: 4
        }
    }

    /// `P0` to `P4`.
    package var word: String { "P\(rawValue)" }

    /// Reads `P0` to `P4`.
    package init?(word: String) {
        guard word.utf8.count == 2, word.first == "P" || word.first == "p", let number = Int16(word.dropFirst()) else { return nil }
        self.init(rawValue: number)
    }

    /// Campaigns and newsletters: recipients can unsubscribe from them.
    package var isMarketing: Bool { self == .newsletter || self == .campaign }
}
