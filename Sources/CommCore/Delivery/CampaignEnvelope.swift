import FoundationEssentials

/// What all messages of a campaign share besides their content.
package struct CampaignEnvelope: Sendable, Equatable {
    package let tenantID: UUID
    package let campaignID: UUID
    package let campaignName: String
    package let motorBlockID: UUID
    package let artifactID: UUID
    package let fromAddress: String
    /// Shown before the address; the campaign's name when it sets none.
    package let fromName: String
    /// Second target of List-Unsubscribe (RFC 2369).
    package let unsubscribeMailto: String
    /// Where answers go.
    package let replyTo: String

    package init(
        tenantID: UUID,
        campaignID: UUID,
        campaignName: String,
        motorBlockID: UUID,
        artifactID: UUID,
        fromAddress: String,
        fromName: String,
        unsubscribeMailto: String,
        replyTo: String? = nil
    ) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.campaignName = campaignName
        self.motorBlockID = motorBlockID
        self.artifactID = artifactID
        self.fromAddress = fromAddress
        self.fromName = fromName
        self.unsubscribeMailto = unsubscribeMailto
        self.replyTo = replyTo ?? fromAddress
    }

    /// The host part of the From address.
    package var fromDomain: String {
        fromAddress.lastIndex(of: "@").map { String(fromAddress[fromAddress.index(after: $0)...]) } ?? fromAddress
    }

    /// `"Name" <address>` with the name quoted as RFC 5322 asks; the contract's form of the From header.
    package var fromHeader: String {
        let quoted = fromName.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(quoted)\" <\(fromAddress)>"
    }

    /// `tenant:campaign:campaign:Motorical`, by which mailbox providers report (Gmail's Feedback-ID).
    package var feedbackID: String {
        "\(tenantID.uuidString.lowercased()):\(campaignID.uuidString.lowercased()):campaign:Motorical"
    }

    /// List-ID (RFC 2919): one per campaign's tenant.
    package var listID: String {
        "<\(tenantID.uuidString.lowercased()).\(fromDomain)>"
    }
}
