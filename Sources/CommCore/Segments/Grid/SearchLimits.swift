/// Up to where one way of looking for contacts is better than another; a parameter, so that a test can take each way with few contacts.
package struct SearchLimits: Sendable {
    /// The most contacts that are looked up beforehand; what more have is not rare.
    package var mostCandidates = 20_000
    /// The same where an index has the contacts in their order: walking it costs less than looking at each of many.
    package var mostOrdered = 2_000
    /// A set of words or attributes with more than these is not looked up at all: that would take longer than to look at the contacts.
    package var mostAtOnce: Int64 = 200_000
    /// Up to so many contacts are rather looked at one by one than in sets.
    package var fewBesides: Int64 = 60_000
    /// Contacts that the first look goes through: a few milliseconds.
    package var walk = 2_500
    /// As many contacts can be sorted rather than found in their order.
    package var sortable = 60_000

    package init() {}
}
