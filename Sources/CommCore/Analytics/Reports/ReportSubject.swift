import FoundationEssentials

/// Whose counts are asked for.
package enum ReportSubject: Sendable, Equatable {
    /// The whole tenant.
    case tenant
    case campaign(UUID)
    /// All campaigns that go to the list.
    case list(UUID)

    /// A campaign's row of all time.
    static let wholeCampaign = 3

    var scope: Int {
        switch self {
        case .tenant: 0
        case .campaign: 1
        case .list: 2
        }
    }

    func id(of tenantID: UUID) -> UUID {
        switch self {
        case .tenant: tenantID
        case .campaign(let id), .list(let id): id
        }
    }
}
