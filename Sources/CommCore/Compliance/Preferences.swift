import FoundationEssentials

/// What somebody gets, as the person may see and change it.
package struct Preferences: Sendable, Equatable {
    package struct List: Sendable, Equatable {
        package let id: UUID
        /// As people know it; nil for a list that is not public.
        package let name: String?
        package let isSubscribed: Bool
    }

    package let email: String
    package let language: String?
    /// The person, or a complaint, has ended everything.
    package let isUnsubscribed: Bool
    package let pausedUntil: Date?
    package let refusesTracking: Bool
    /// The public lists that the person is on, or was and has left.
    package let lists: [List]
    /// Those of the campaign that the link came with, public or not, that the person is on.
    package let campaignLists: [List]
    /// How the tenant's pages look.
    package let settings: UnsubscribeSettings
}

/// What somebody wishes to be different.
package struct PreferencesChange: Sendable, Equatable {
    /// Nil leaves it as it is.
    package var language: String?
    package var refusesTracking: Bool
    /// The public lists that the person wants to be on; the others are left.
    package var lists: Set<UUID>
    package var pause: Pause

    package enum Pause: Sendable, Equatable {
        case keep
        case none
        case days(Int)
    }

    package init(language: String?, refusesTracking: Bool, lists: Set<UUID>, pause: Pause) {
        self.language = language
        self.refusesTracking = refusesTracking
        self.lists = lists
        self.pause = pause
    }
}
