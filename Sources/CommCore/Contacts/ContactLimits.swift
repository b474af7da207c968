/// How long the values of a contact may be, in characters (Unicode scalars).
package enum ContactLimits {
    package static let name = 200
    package static let phone = 64
    package static let identityName = 200
    package static let language = 35
    package static let attributeValue = 4_096
    /// Attributes of one contact.
    package static let attributes = 100
    /// Contacts of one request; more belong into an import.
    package static let batch = 10_000
}
