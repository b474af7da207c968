import FoundationEssentials

/// A roll-up: what facts are gathered under, and what is counted of them.
struct RollUpTable: Sendable {
    let name: String
    /// The columns after `tenant_id` that make the key.
    let keys: [String]
    let measures: [RollUpMeasure]
    /// Which facts have a place here.
    let condition: String

    /// Counts of tenants, campaigns and lists over time.
    static let events = RollUpTable(
        name: "event_rollups",
        keys: ["scope", "scope_id", "provider", "bucket_at"],
        measures: RollUpMeasure.allCases.filter { $0 != .linkClicked },
        condition: "true"
    )

    /// Counts of one campaign by what its recipients, their mail programs and its links are.
    static let ofCampaigns = [
        RollUpTable(
            name: "domain_rollups",
            keys: ["campaign_id", "domain"],
            measures: [
                .sent, .accepted, .delivered, .deferred, .hardBounced, .softBounced, .complained, .rejected, .blocked, .opened, .clicked,
                .unsubscribed,
            ],
            condition: ofCampaign
        ),
        RollUpTable(
            name: "cohort_rollups",
            keys: ["campaign_id", "joined_on"],
            measures: [.sent, .delivered, .hardBounced, .complained, .opened, .clicked, .unsubscribed],
            condition: ofCampaign
        ),
        RollUpTable(
            name: "link_rollups",
            keys: ["campaign_id", "link_index"],
            measures: [.clicksHuman, .clicksUnknown, .clicksScanner, .clicksMachine, .linkClicked],
            condition: "link_index IS NOT NULL AND \(ofCampaign)"
        ),
        RollUpTable(
            name: "timeline_rollups",
            keys: ["campaign_id", "hour"],
            measures: [.opensHuman, .opensUnknown, .opened, .clicksHuman, .clicksUnknown, .clicked, .unsubscribed],
            condition: "hour IS NOT NULL AND \(ofCampaign)"
        ),
        RollUpTable(
            name: "client_rollups",
            keys: ["campaign_id", "client", "device"],
            measures: [.opensHuman, .opensUnknown, .opened, .clicksHuman, .clicksUnknown, .clicked],
            condition: "client IS NOT NULL AND \(ofCampaign)"
        ),
    ]

    /// Stands for the campaign of messages that have none.
    static let noCampaign = "00000000-0000-0000-0000-000000000000"
    static let noCampaignID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    private static let ofCampaign = "campaign_id <> '\(noCampaign)'"

    var keyList: String { (["tenant_id"] + keys).joined(separator: ", ") }
    var measureList: String { measures.map(\.column).joined(separator: ", ") }
    var columnList: String { "\(keyList), \(measureList)" }
    var sums: String { measures.map { "sum(\($0.column))::int AS \($0.column)" }.joined(separator: ", ") }
    var isAnyNonZero: String { measures.map { "sum(\($0.column)) <> 0" }.joined(separator: " OR ") }
    var negated: String { measures.map { "-\($0.column) AS \($0.column)" }.joined(separator: ", ") }
    var additions: String { measures.map { "\($0.column) = t.\($0.column) + excluded.\($0.column)" }.joined(separator: ", ") }
}
