import FoundationEssentials
import Postgres

/// A draft whose every value may be stored.
struct CheckedContact: Sendable {
    let address: EmailAddress
    let name: String?
    let phone: String?
    let identityType: IdentityType?
    let identityName: String?
    let language: String?
    let attributes: [String: AttributeValue]

    /// Checks a draft; nil when a problem was added to `check`.
    ///
    /// Field names get the prefix, such as `emails[2].`.
    init?(_ draft: ContactDraft, prefix: String = "", policy: EmailAddress.Policy, _ check: inout FieldCheck) {
        let before = check.problems.count
        let address = Self.address(draft.email, prefix + "email", policy, &check)
        name = Self.given(draft.name)
        phone = Self.given(draft.phone)
        identityName = Self.given(draft.identityName)
        language = Self.given(draft.language)
        identityType = Self.identityType(draft.identityType, prefix + "identity_type", &check)
        attributes = draft.attributes
        check.line(prefix + "name", name, limit: ContactLimits.name)
        check.line(prefix + "phone", phone, limit: ContactLimits.phone)
        check.line(prefix + "identity_name", identityName, limit: ContactLimits.identityName)
        check.line(prefix + "language", language, limit: ContactLimits.language)
        Self.checkAttributes(attributes, prefix + "attributes", &check)
        guard let address, check.problems.count == before else { return nil }
        self.address = address
    }

    /// The attributes as stored: a merge of this object, and nulls take attributes away.
    var attributesJSON: PostgresJSON {
        get throws { try PostgresJSON(encoding: attributes) }
    }

    private static func given(_ value: String?) -> String? {
        guard let value, !FieldCheck.isBlank(value) else { return nil }
        return value
    }

    private static func address(
        _ email: String?,
        _ field: String,
        _ policy: EmailAddress.Policy,
        _ check: inout FieldCheck
    ) -> EmailAddress? {
        guard let email = given(email) else {
            check.add(FieldProblem(field: field, code: "required", message: "email required"))
            return nil
        }
        do {
            return try EmailAddress(email, policy: policy)
        } catch {
            check.add(field, error.rawValue, "invalid email: \(error.message)")
            return nil
        }
    }

    private static func identityType(_ value: String?, _ field: String, _ check: inout FieldCheck) -> IdentityType? {
        guard let value = given(value) else { return nil }
        guard let type = IdentityType(rawValue: value) else {
            check.add(field, "invalid", "identity_type must be company or individual")
            return nil
        }
        return type
    }

    private static func checkAttributes(_ attributes: [String: AttributeValue], _ field: String, _ check: inout FieldCheck) {
        if attributes.count > ContactLimits.attributes {
            check.add(field, "too_many", "a contact has at most \(ContactLimits.attributes) attributes")
        }
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            if !AttributeKey.isValid(key) {
                check.add(field, "invalid", "attribute names are letters, digits, _ . - and at most \(AttributeKey.longest) characters")
            }
            AttributeCheck.check(value, at: "\(field).\(key)", &check)
        }
    }
}
