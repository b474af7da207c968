/// What an entry of the suppression list keeps from being sent.
package enum SuppressionScope: String, Sendable, CaseIterable, Codable {
    /// Everything.
    case all
    /// Campaigns and newsletters; transactional messages go on.
    case marketing
    /// What goes to one list, for people whom no other list of the message has.
    case list
    /// Everything to the addresses of a domain.
    case domain

    /// `all, marketing, list, domain`, for messages to people.
    static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
