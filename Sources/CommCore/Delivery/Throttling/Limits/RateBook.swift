import FoundationEssentials

/// What the installation has set and learnt: limits of gateways, reply rules, adjustments, groups of domains.
struct RateBook: Sendable {
    struct Key: Hashable, Sendable {
        let gateway: String
        let group: String
    }

    /// Stands for each group without a limit of its own.
    static let everyGroup = "*"

    var limits: [Key: RateLimit] = [:]
    var adjustments: [Key: RateAdjustment] = [:]
    /// Enabled ones in the order in which they are tried.
    var rules: [ReplyRule] = []
    var groups = DomainGroups()

    /// - Parameter group: empty for the whole gateway.
    func limit(gateway: String, group: String) -> RateLimit? {
        limits[Key(gateway: gateway, group: group)]
            ?? (group.isEmpty ? nil : limits[Key(gateway: gateway, group: Self.everyGroup)])
    }

    func adjustment(gateway: String, group: String) -> RateAdjustment? {
        adjustments[Key(gateway: gateway, group: group)]
    }

    /// The first rule that an answer fits.
    func rule(for text: String, gateway: String, group: String) -> ReplyRule? {
        rules.first { $0.fits(text, gateway: gateway, group: group) }
    }
}
