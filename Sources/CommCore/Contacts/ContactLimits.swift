/// How long the values of a contact may be, in characters (Unicode scalars).
package enum ContactLimits {
    package static let name = 200
    package static let phone = 64
    package static let identityName = 200
    package static let language = 35
    package static let attributeValue = 4_096
    /// Lists and objects of an attribute may stand in each other so deep.
    package static let attributeDepth = 4
    /// Values in a list or object, those of its own lists and objects included.
    package static let attributeElements = 1_000
    /// Bytes of a list or object.
    package static let attributeBytes = 32_768
    /// Attributes of one contact.
    package static let attributes = 100
    /// Contacts of one request; more belong into an import.
    package static let batch = 10_000
}
