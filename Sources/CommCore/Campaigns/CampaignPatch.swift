import FoundationEssentials

/// A change of a draft's own fields as it was received; nil leaves a field as it is.
package struct CampaignPatch: Sendable, Equatable {
    package let name: String?
    package let templateID: UUID?
    package let motorBlockID: UUID?
    package let listIDs: [UUID]?
    package let excludeListIDs: [UUID]?
    package let googleAnalytics: GoogleAnalytics?

    package init(
        name: String? = nil,
        templateID: UUID? = nil,
        motorBlockID: UUID? = nil,
        listIDs: [UUID]? = nil,
        excludeListIDs: [UUID]? = nil,
        googleAnalytics: GoogleAnalytics? = nil
    ) {
        self.name = name
        self.templateID = templateID
        self.motorBlockID = motorBlockID
        self.listIDs = listIDs
        self.excludeListIDs = excludeListIDs
        self.googleAnalytics = googleAnalytics
    }

    var isEmpty: Bool { self == CampaignPatch() }
}
