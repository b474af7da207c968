import FoundationEssentials

/// What all messages of a campaign or a request share besides their content.
package struct MessageEnvelope: Sendable, Equatable {
    package let tenantID: UUID
    package let origin: MessageOrigin
    package var channel = Channel.email
    /// The campaign's name, or the type of a request's messages.
    package let title: String
    /// Under whose account the platform sends; nil when none is known, then the platform cannot carry it.
    package let motorBlockID: UUID?
    package let artifactID: UUID
    package let fromAddress: String
    /// Shown before the address; the campaign's name when it sets none.
    package let fromName: String
    /// Second target of List-Unsubscribe (RFC 2369).
    package let unsubscribeMailto: String
    /// Where answers go.
    package let replyTo: String
    /// Whether it is a campaign or newsletter: such a mail can be unsubscribed from.
    package var isMarketing = true
    package var priority = Priority.campaign.rawValue
    /// The gateway that was asked for; nil: by the routes.
    package var gateway: String?
    /// After that time nothing is sent any more.
    package var expiresAt: Date?
    package var options = MessageOptions()

    package init(
        tenantID: UUID,
        origin: MessageOrigin,
        title: String,
        motorBlockID: UUID?,
        artifactID: UUID,
        fromAddress: String,
        fromName: String,
        unsubscribeMailto: String,
        replyTo: String? = nil
    ) {
        self.tenantID = tenantID
        self.origin = origin
        self.title = title
        self.motorBlockID = motorBlockID
        self.artifactID = artifactID
        self.fromAddress = fromAddress
        self.fromName = fromName
        self.unsubscribeMailto = unsubscribeMailto
        self.replyTo = replyTo ?? fromAddress
    }

    /// Nil for messages of a request.
    package var campaignID: UUID? { origin.campaignID }

    /// The host part of the From address.
    package var fromDomain: String {
        fromAddress.lastIndex(of: "@").map { String(fromAddress[fromAddress.index(after: $0)...]) } ?? fromAddress
    }

    /// `"Name" <address>` with the name quoted as RFC 5322 asks; the contract's form of the From header.
    package var fromHeader: String {
        guard !fromName.isEmpty else { return fromAddress }
        let quoted = fromName.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(quoted)\" <\(fromAddress)>"
    }

    /// `tenant:campaign:campaign:Motorical`, by which mailbox providers report (Gmail's Feedback-ID); of a request, its type in place of
    /// the campaign.
    package var feedbackID: String {
        let tenant = tenantID.uuidString.lowercased()
        switch origin {
        case .campaign(let id): return "\(tenant):\(id.uuidString.lowercased()):campaign:Motorical"
        case .request: return "\(tenant):\(title):message:Motorical"
        }
    }

    /// List-ID (RFC 2919): one per campaign's tenant.
    package var listID: String {
        "<\(tenantID.uuidString.lowercased()).\(fromDomain)>"
    }
}
