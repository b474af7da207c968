/// A page of the contacts of a list.
package struct ListContactPage: Sendable, Equatable {
    package let items: [Contact]
    /// Contacts of the list that match the search, on all pages.
    package let total: Int64
}

/// What became of ids that were to be added to a list.
package struct AddedByID: Sendable, Equatable {
    /// New members.
    package let addedCount: Int
    package let requestedCount: Int
    /// Ids that are contacts of the tenant.
    package let validCount: Int

    package init(addedCount: Int, requestedCount: Int, validCount: Int) {
        self.addedCount = addedCount
        self.requestedCount = requestedCount
        self.validCount = validCount
    }
}
