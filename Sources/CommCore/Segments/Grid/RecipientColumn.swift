import Postgres

/// What the grid can show of a contact, under the names of the contract.
package enum RecipientColumn: String, Sendable, CaseIterable {
    case id
    case email
    case name
    case phone
    case identityType = "identity_type"
    case identityName = "identity_name"
    case language
    case source
    case contactStatus = "contact_status"
    case computedStatus = "computed_status"
    case engagementLevel = "engagement_level"
    case qualityIndex = "quality_index"
    case tags
    case attributes
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case lastSentAt = "last_sent_at"
    case lastDeliveredAt = "last_delivered_at"
    case lastOpenedAt = "last_opened_at"
    case lastClickAt = "last_click_at"
    case lastEngagementAt = "last_engagement_at"
    case suppressionReason = "suppression_reason"
    case suppressedAt = "suppressed_at"
    case suppressedUntil = "suppressed_until"
    case lastCampaignID = "last_campaign_id"
    case lastCampaignActivity = "last_campaign_activity"
    case emailDomain = "email_domain"
    case listCount = "list_count"
    case sentCount = "sent_count"
    case deliveredCount = "delivered_count"
    case openedCount = "opened_count"
    case clickedCount = "clicked_count"
    case consentGivenAt = "consent_given_at"
    case consentSource = "consent_source"
    case version

    /// The columns of the contract's answer.
    package static let usual: [RecipientColumn] = [
        .id, .email, .name, .computedStatus, .engagementLevel, .qualityIndex, .createdAt, .lastEngagementAt, .lastClickAt,
        .suppressionReason, .suppressedAt, .lastCampaignID, .lastCampaignActivity, .emailDomain, .listCount,
    ]

    /// Everything that can be sorted by; the contract's columns first and in its order.
    package static let sortable: [RecipientColumn] =
        contractSortable + allCases.filter { !contractSortable.contains($0) && ![.id, .tags, .attributes, .lastCampaignID].contains($0) }

    private static let contractSortable: [RecipientColumn] = [
        .email, .name, .computedStatus, .engagementLevel, .qualityIndex, .createdAt, .lastEngagementAt, .lastClickAt,
        .lastCampaignActivity, .emailDomain, .listCount,
    ]

    enum Kind {
        case text, integer, date, id, words, json
    }

    /// What its values are.
    var kind: Kind {
        switch self {
        case .id, .lastCampaignID: .id
        case .tags: .words
        case .attributes: .json
        case .qualityIndex, .listCount, .sentCount, .deliveredCount, .openedCount, .clickedCount, .version: .integer
        case .createdAt, .updatedAt, .lastSentAt, .lastDeliveredAt, .lastOpenedAt, .lastClickAt, .lastEngagementAt, .suppressedAt,
            .suppressedUntil, .lastCampaignActivity, .consentGivenAt:
            .date
        default: .text
        }
    }

    /// The column of `contacts` that holds it; the number of lists is counted instead.
    var columnName: String {
        switch self {
        case .contactStatus: "status"
        case .lastClickAt: "last_clicked_at"
        default: rawValue
        }
    }
}
