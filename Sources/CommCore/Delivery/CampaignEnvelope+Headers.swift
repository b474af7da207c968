import FoundationEssentials

extension CampaignEnvelope {
    /// A message's header fields besides sender, recipient and subject, in the order in which the platform is given them.
    func headers(of messageID: UUID, unsubscribeURL: String) -> [MessageHeader] {
        [
            MessageHeader(name: "List-Unsubscribe", value: "<\(unsubscribeURL)>, <mailto:\(unsubscribeMailto)>"),
            MessageHeader(name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click"),
            MessageHeader(name: "List-ID", value: listID),
            MessageHeader(name: "Reply-To", value: replyTo),
            MessageHeader(name: "Precedence", value: "bulk"),
            MessageHeader(name: "X-Auto-Response-Suppress", value: "All"),
            MessageHeader(name: "Feedback-ID", value: feedbackID),
            MessageHeader(name: "Message-ID", value: "<\(messageID.uuidString.lowercased())@\(fromDomain)>"),
        ]
    }
}

/// One header field of a message.
package struct MessageHeader: Sendable, Equatable, Codable {
    package let name: String
    package let value: String
}
