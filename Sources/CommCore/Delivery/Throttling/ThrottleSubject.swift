import FoundationEssentials

/// What the messages of one batch have in common.
package struct ThrottleSubject: Sendable, Hashable {
    package let tenantID: UUID
    /// nil: the messages belong to no campaign.
    package let campaignID: UUID?
    package let channel: Channel
    /// Name of the gateway that they would go to.
    package let gateway: String
    /// Class of the queue, see ``Priority``.
    package let priority: Int16

    package init(tenantID: UUID, campaignID: UUID?, channel: Channel, gateway: String, priority: Int16) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.channel = channel
        self.gateway = gateway
        self.priority = priority
    }
}
