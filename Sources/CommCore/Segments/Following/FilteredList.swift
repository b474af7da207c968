/// A list made of a filter.
package struct FilteredList: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Whoever matches now.
        case snapshot
        /// Whoever matches at any time.
        case smart
    }

    package let list: ContactList
    /// How many match.
    package let recipients: RecipientTotal
    /// Whether they are members already; else comm-stats adds them within moments.
    package let isFilled: Bool
}
