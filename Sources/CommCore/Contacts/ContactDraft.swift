/// What a client says about a contact, as received and not yet checked; a missing or blank value leaves the stored one as it is.
package struct ContactDraft: Sendable, Equatable {
    package var email: String?
    package var name: String?
    package var phone: String?
    package var identityType: String?
    package var identityName: String?
    package var language: String?
    package var attributes: [String: AttributeValue]

    package init(
        email: String?,
        name: String? = nil,
        phone: String? = nil,
        identityType: String? = nil,
        identityName: String? = nil,
        language: String? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        self.email = email
        self.name = name
        self.phone = phone
        self.identityType = identityType
        self.identityName = identityName
        self.language = language
        self.attributes = attributes
    }
}
