/// What is done about campaign parameters in the links of a mail.
package struct UTMOptions: Sendable, Equatable, Codable {
    /// How a link's own parameters and the campaign's get on.
    package enum Policy: String, Sendable, Codable, CaseIterable {
        /// Links stay as they are.
        case preserve
        /// Parameters that a link does not have yet are added.
        case append
        /// The campaign's parameters replace the link's own.
        case override
    }

    package var policy: Policy
    package var source: String?
    package var medium: String?
    package var campaign: String?
    package var content: String?
    package var term: String?

    /// Parameters left nil take the defaults of the contract; `term` has none.
    package init(
        policy: Policy = .preserve,
        source: String? = nil,
        medium: String? = nil,
        campaign: String? = nil,
        content: String? = nil,
        term: String? = nil
    ) {
        self.policy = policy
        self.source = source
        self.medium = medium
        self.campaign = campaign
        self.content = content
        self.term = term
    }
}
