import FoundationEssentials

/// The envelope in which SNS delivers over HTTP.
package struct SNSMessage: Sendable, Equatable {
    /// What a delivery is.
    package enum Kind: String, Sendable {
        case notification = "Notification"
        case confirmation = "SubscriptionConfirmation"
        case unsubscribed = "UnsubscribeConfirmation"
    }

    package let kind: Kind
    package let id: String
    package let topic: String
    package let subject: String?
    package let message: String
    package let timestamp: String
    package let signatureVersion: String
    package let signature: String
    package let certificateURL: String
    package let token: String?
    package let subscribeURL: String?

    /// - Returns: nil when something that every delivery of its kind has is missing.
    package init?(json: [UInt8]) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(json)), let kind = Kind(rawValue: wire.type) else { return nil }
        if kind != .notification, wire.token == nil || wire.subscribeURL == nil { return nil }
        self.kind = kind
        id = wire.messageID
        topic = wire.topic
        subject = wire.subject
        message = wire.message
        timestamp = wire.timestamp
        signatureVersion = wire.signatureVersion
        signature = wire.signature
        certificateURL = wire.certificateURL
        token = wire.token
        subscribeURL = wire.subscribeURL
    }

    /// What SNS signs: names and values in the order of the names, for those that are there.
    package var stringToSign: String {
        let members: [(String, String?)] =
            switch kind {
            case .notification:
                [
                    ("Message", message), ("MessageId", id), ("Subject", subject), ("Timestamp", timestamp), ("TopicArn", topic),
                    ("Type", kind.rawValue),
                ]
            case .confirmation, .unsubscribed:
                [
                    ("Message", message), ("MessageId", id), ("SubscribeURL", subscribeURL), ("Timestamp", timestamp), ("Token", token),
                    ("TopicArn", topic), ("Type", kind.rawValue),
                ]
            }
        return members.map { name, value in value.map { "\(name)\n\($0)\n" } ?? "" }.joined()
    }

    /// The region in the topic's name.
    package var region: String? {
        let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6 && parts[2] == "sns" ? String(parts[3]) : nil
    }

    private struct Wire: Decodable {
        let type: String
        let messageID: String
        let topic: String
        let subject: String?
        let message: String
        let timestamp: String
        let signatureVersion: String
        let signature: String
        let certificateURL: String
        let token: String?
        let subscribeURL: String?

        enum CodingKeys: String, CodingKey {
            case type = "Type"
            case messageID = "MessageId"
            case topic = "TopicArn"
            case subject = "Subject"
            case message = "Message"
            case timestamp = "Timestamp"
            case signatureVersion = "SignatureVersion"
            case signature = "Signature"
            case certificateURL = "SigningCertURL"
            case token = "Token"
            case subscribeURL = "SubscribeURL"
        }
    }
}
