/// What a filter may ask about a contact: the allow-list.
package enum FilterField: Sendable, Hashable {
    case named(Name)
    /// An attribute of the tenant's own.
    case attribute(String)

    /// The fields with names of ours.
    package enum Name: String, Sendable, CaseIterable {
        case email
        case emailDomain = "email_domain"
        case name
        case phone
        case identityType = "identity_type"
        case identityName = "identity_name"
        /// Address, name or identity.
        case search
        case tags
        case lists
        case status = "computed_status"
        case contactStatus = "contact_status"
        case engagement = "engagement_level"
        case suppressed
        case suppressionReason = "suppression_reason"
        case suppressedAt = "suppressed_at"
        case language
        case source
        case quality = "quality_index"
        case sentCount = "sent_count"
        case deliveredCount = "delivered_count"
        case openedCount = "opened_count"
        case clickedCount = "clicked_count"
        case listCount = "list_count"
        case lastSent = "last_sent_at"
        case lastDelivered = "last_delivered_at"
        case lastOpened = "last_opened_at"
        case lastClicked = "last_clicked_at"
        case lastEngagement = "last_engagement_at"
        case lastCampaignActivity = "last_campaign_activity"
        case campaignReceived = "campaign_received"
        case campaignOpened = "campaign_opened"
        case campaignClicked = "campaign_clicked"
        case consent
        case consentGiven = "consent_given_at"
        case consentSource = "consent_source"
        case created = "created_at"
        case updated = "updated_at"
    }

    private static let attributePrefix = "attributes."

    /// The field of a name on the wire; nil when there is none.
    package init?(_ text: String) {
        if let name = Name(rawValue: text) ?? Self.synonyms[text] {
            self = .named(name)
        } else if text.hasPrefix(Self.attributePrefix), AttributeKey.isValid(String(text.dropFirst(Self.attributePrefix.count))) {
            self = .attribute(String(text.dropFirst(Self.attributePrefix.count)))
        } else {
            return nil
        }
    }

    /// Names that clients of the contract have for the same.
    private static let synonyms: [String: Name] = [
        "status": .status, "engagement": .engagement, "last_click_at": .lastClicked, "list": .lists, "domain": .emailDomain,
    ]

    /// The name on the wire.
    package var text: String {
        switch self {
        case .named(let name): name.rawValue
        case .attribute(let key): Self.attributePrefix + key
        }
    }

    /// What kind of value it has.
    package var type: FilterFieldType {
        switch self {
        case .attribute: .attribute
        case .named(let name): name.type
        }
    }

    /// The only words that the field can have, if they are ours.
    package var words: [String]? {
        switch self {
        case .named(.status): ComputedStatus.allCases.map(\.rawValue)
        case .named(.contactStatus): ContactStatus.allCases.map(\.rawValue)
        case .named(.engagement): EngagementLevel.allCases.map(\.rawValue)
        case .named(.identityType): IdentityType.allCases.map(\.rawValue)
        default: nil
        }
    }
}

extension FilterField.Name {
    fileprivate var type: FilterFieldType {
        switch self {
        case .email, .name, .phone, .identityName, .search: .text
        case .emailDomain, .identityType, .status, .contactStatus, .engagement, .suppressionReason, .language, .source, .consentSource:
            .keyword
        case .tags: .words
        case .lists, .campaignReceived, .campaignOpened, .campaignClicked: .ids
        case .suppressed, .consent: .boolean
        case .quality, .sentCount, .deliveredCount, .openedCount, .clickedCount, .listCount: .number
        case .suppressedAt, .lastSent, .lastDelivered, .lastOpened, .lastClicked, .lastEngagement, .lastCampaignActivity,
            .consentGiven, .created, .updated:
            .date
        }
    }
}
