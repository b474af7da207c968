import FoundationEssentials
import Postgres

/// Which entries of a feed somebody wants.
package struct FeedFilter: Sendable, Equatable {
    /// Channels that messages can go by.
    package static let knownChannels = ["email", "sms", "push"]

    /// nil: all.
    package var types: Set<FeedEventType>?
    /// nil: of all campaigns and of none.
    package var campaignIDs: [UUID]?
    /// nil: all.
    package var channels: [String]?
    /// Clicks and opens of scanners and machines, too.
    package var includesAutomated = false

    package init() {}

    /// The filter of names and wildcards.
    package init(patterns: [String], campaignIDs: [UUID]? = nil, channels: [String]? = nil, includesAutomated: Bool = false) {
        let types = Set(patterns.flatMap(FeedEventType.matching))
        self.types = types.count == FeedEventType.allCases.count ? nil : types
        self.campaignIDs = campaignIDs
        self.channels = channels
        self.includesAutomated = includesAutomated
    }

    /// Conditions on rows `f` of event_feed; a notice is of no campaign and no channel, so only its type decides.
    var condition: SQL {
        var parts: [SQL] = []
        if let types { parts.append("f.type = ANY(\(types.map(\.rawValue).sorted())::text[])") }
        if let campaignIDs { parts.append("(f.campaign_id = ANY(\(campaignIDs)::uuid[]) OR f.channel = 'none')") }
        if let channels { parts.append("f.channel = ANY(\(channels + ["none"])::text[])") }
        if !includesAutomated { parts.append("NOT f.is_automated") }
        return parts.isEmpty ? "true" : .joined(parts, separator: " AND ")
    }
}
