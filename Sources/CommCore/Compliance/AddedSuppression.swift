/// The answer to adding an address.
package struct AddedSuppression: Sendable, Equatable {
    package let suppression: Suppression
    /// How many contacts became unsubscribed by it.
    package let contactsUpdated: Int
}
