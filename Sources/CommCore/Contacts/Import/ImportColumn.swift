/// What a column of an import file holds.
enum ImportColumn: Equatable, Sendable {
    case email, name, phone, identityType, identityName, language
    case attribute(String)
    case ignored

    /// The columns with a fixed meaning.
    static let fixed: [ImportColumn] = [.email, .name, .phone, .identityType, .identityName, .language]

    /// Name in answers and mappings.
    var name: String {
        switch self {
        case .email: "email"
        case .name: "name"
        case .phone: "phone"
        case .identityType: "identity_type"
        case .identityName: "identity_name"
        case .language: "language"
        case .attribute(let key): "attributes.\(key)"
        case .ignored: ""
        }
    }

    /// Other headers that mean the column, in the form of `canonical`.
    var synonyms: [String] {
        switch self {
        case .email: ["e_mail", "mail", "email_address", "e_mail_address", "emailaddress", "contact_email", "subscriber_email"]
        case .name: ["full_name", "fullname", "contact_name", "display_name", "your_name"]
        case .phone: ["phone_number", "telephone", "tel", "mobile", "mobile_phone", "mobile_number", "cell_phone"]
        case .identityType: ["contact_type", "recipient_type"]
        case .identityName: ["company", "company_name", "organisation", "organization", "organisation_name", "organization_name"]
        case .language: ["lang", "locale", "preferred_language"]
        case .attribute, .ignored: []
        }
    }

    /// Columns of this product's own export that an import cannot set.
    static let exportOnly: Set<String> = ["consent_given_at", "created_at", "added_to_list_at"]

    /// A header as it is compared: lower case, blanks, hyphens and dots as one underscore.
    static func canonical(_ header: String) -> String {
        header.lowercased().split(whereSeparator: { $0.isWhitespace || "-._".contains($0) }).joined(separator: "_")
    }
}
