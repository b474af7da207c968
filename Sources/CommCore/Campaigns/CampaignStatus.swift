import Postgres

/// Where a campaign stands.
///
/// The words are those of the database, the API and the documentation.
package enum CampaignStatus: String, Sendable, CaseIterable, PostgresEnum {
    case draft, scheduled, sending, paused, completed, cancelled, failed

    /// Nothing changes it any more.
    package var isFinal: Bool {
        switch self {
        case .completed, .cancelled, .failed: true
        case .draft, .scheduled, .sending, .paused: false
        }
    }
}

/// What people and the sender ask of a campaign.
package enum CampaignCommand: String, Sendable, CaseIterable {
    case schedule
    /// Back to a draft: nothing says any more when it should go.
    case unschedule
    /// The sender begins with it: it is due.
    case start
    case pause, resume, cancel
    /// The sender has closed its balance.
    case complete
    case fail
}
