import FoundationEssentials

/// When a campaign's recipients act, with what, and who acts most.
package struct RecipientInsights: Sendable {
    package struct Person: Sendable, Equatable {
        package let contactID: UUID
        package let email: String?
        package let name: String?
        package let clicks: Int
        package let lastClick: Date
    }

    package let hours: EngagementHours
    package let zone: ReportZone
    package let clients: [ClientCounts]
    package let top: [Person]
    package let progress: ReportProgress
}

/// What came from one kind of mail program on one kind of device.
package struct ClientCounts: Sendable, Equatable {
    package let client: String
    package let device: String
    package let opens: Int
    package let opened: Int
    package let clicks: Int
    package let clicked: Int
}
