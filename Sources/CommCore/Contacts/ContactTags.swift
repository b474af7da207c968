import Foundation

/// The rules of tags: short words by which a tenant sorts its contacts.
///
/// Upper and lower case are different tags. A contact's tags are stored sorted by their bytes, each once.
package enum ContactTags {
    /// Longest tag, in characters.
    package static let longest = 64
    /// Tags of one contact.
    package static let most = 100

    /// The tag without blanks around it; nil when a problem was added to `check`.
    package static func check(_ tag: String, _ field: String, _ check: inout FieldCheck) -> String? {
        let before = check.problems.count
        let tag = tag.trimmingCharacters(in: .whitespacesAndNewlines)
        if tag.isEmpty { check.add(field, "invalid", "a tag must not be blank") }
        if tag.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == "," }) {
            check.add(field, "invalid", "a tag must not contain commas, line breaks or control characters")
        }
        if tag.unicodeScalars.count > longest { check.add(field, "too_long", "a tag has at most \(longest) characters") }
        return check.problems.count == before ? tag : nil
    }

    /// The tags of a request, in the order in which they are stored.
    package static func check(_ tags: [String], _ field: String, _ check: inout FieldCheck) -> [String] {
        if tags.count > most { check.add(field, "too_many", "at most \(most) tags") }
        let checked = tags.prefix(most).enumerated().compactMap { Self.check($0.element, "\(field)[\($0.offset)]", &check) }
        return Set(checked).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
