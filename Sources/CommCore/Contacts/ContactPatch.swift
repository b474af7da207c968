import FoundationEssentials
import Postgres

/// An edit of one contact: a value that is given replaces, `.some(nil)` takes away, nil leaves as it is.
///
/// Attributes are merged, and null takes one away; tags are replaced as a whole.
package struct ContactPatch: Sendable {
    package var name: String??
    package var phone: String??
    package var identityType: String??
    package var identityName: String??
    package var language: String??
    package var attributes: [String: AttributeValue]?
    package var tags: [String]?
    package var consentGivenAt: Date??
    package var consentSource: String??

    package init() {}

    /// Whether nothing is to be changed.
    var isEmpty: Bool {
        name == nil && phone == nil && identityType == nil && identityName == nil && language == nil && attributes == nil && tags == nil
            && consentGivenAt == nil && consentSource == nil
    }
}

/// A patch whose every value may be stored.
struct CheckedContactPatch: Sendable {
    private let assignments: [SQL]

    /// Throws `ContactError.invalid` with every field at fault.
    init(_ patch: ContactPatch) throws {
        var check = FieldCheck()
        if patch.isEmpty { check.add(FieldProblem(field: "", code: "required", message: "at least one field to change is required")) }
        let draft = ContactDraft(
            email: "patch@example.com",
            name: patch.name ?? nil,
            phone: patch.phone ?? nil,
            identityType: patch.identityType ?? nil,
            identityName: patch.identityName ?? nil,
            language: patch.language ?? nil,
            attributes: patch.attributes ?? [:]
        )
        let values = CheckedContact(draft, policy: [], &check)
        let tags = patch.tags.map { ContactTags.check($0, "tags", &check) }
        check.line("consent_source", patch.consentSource ?? nil, limit: ContactLimits.name)
        guard let values, check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        var assignments: [SQL] = []
        if patch.name != nil { assignments.append("name = \(values.name)") }
        if patch.phone != nil { assignments.append("phone = \(values.phone)") }
        if patch.identityType != nil { assignments.append("identity_type = \(values.identityType)") }
        if patch.identityName != nil { assignments.append("identity_name = \(values.identityName)") }
        if patch.language != nil { assignments.append("language = \(values.language)") }
        if patch.attributes != nil {
            let merged = try values.attributesJSON
            assignments.append("attributes = jsonb_strip_nulls(attributes || \(merged))")
        }
        if let tags { assignments.append("tags = \(tags)::text[]") }
        if let given = patch.consentGivenAt { assignments.append("consent_given_at = \(given)") }
        if let source = patch.consentSource { assignments.append("consent_source = \(source)") }
        self.assignments = assignments
    }

    /// `SET` clause without the word.
    var sql: SQL { SQL.joined(assignments, separator: ", ") }
}
