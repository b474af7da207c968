import FoundationEssentials

extension MessageEnvelope {
    /// A message's header fields besides sender, recipient and subject, in the order in which the platform is given them.
    func headers(of messageID: UUID, unsubscribeURL: String) -> [MessageHeader] {
        unsubscribeHeaders(unsubscribeURL) + sharedHeaders + [
            MessageHeader(name: "Message-ID", value: "<\(messageID.uuidString.lowercased())@\(fromDomain)>")
        ]
    }

    /// The way out of campaigns and newsletters (RFC 2369, 8058); other messages have none.
    func unsubscribeHeaders(_ unsubscribeURL: String) -> [MessageHeader] {
        isMarketing ? [MessageHeader(name: "List-Unsubscribe", value: "<\(unsubscribeURL)>, <mailto:\(unsubscribeMailto)>")] : []
    }

    /// The header fields that all messages have alike.
    var sharedHeaders: [MessageHeader] {
        var headers: [MessageHeader] = []
        if isMarketing {
            headers += [
                MessageHeader(name: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click"),
                MessageHeader(name: "List-ID", value: listID),
            ]
        }
        headers.append(MessageHeader(name: "Reply-To", value: replyTo))
        headers.append(
            isMarketing
                ? MessageHeader(name: "Precedence", value: "bulk") : MessageHeader(name: "Auto-Submitted", value: "auto-generated")
        )
        headers.append(MessageHeader(name: "X-Auto-Response-Suppress", value: "All"))
        headers.append(MessageHeader(name: "Feedback-ID", value: feedbackID))
        return headers + (options.headers ?? [])
    }
}

/// One header field of a message.
package struct MessageHeader: Sendable, Equatable, Codable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
