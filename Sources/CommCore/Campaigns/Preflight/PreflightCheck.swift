/// What the gate at scheduling looks at.
///
/// What the compile step itself found stands beside these, under its own codes.
package enum PreflightCheck: String, Sendable, CaseIterable, Codable {
    /// The unsubscribe link is in the mail, and leads to us with a token that we accept.
    case unsubscribeLink = "unsubscribe_link"
    /// Mail programs can offer their own unsubscribe button.
    case listUnsubscribe = "list_unsubscribe"
    case mergeFields = "merge_fields"
    case fromAddress = "from_address"
    /// The sender's domain is among the tenant's.
    case senderDomain = "sender_domain"
    /// The mail of the recipient with the longest values stays under the size at which it is clipped.
    case htmlSize = "html_size"
    case subjectLength = "subject_length"
    case preheaderLength = "preheader_length"
    case imagesWithoutAlt = "images_without_alt"
    case imageTextRatio = "image_text_ratio"
    case insecureLinks = "insecure_links"
    case subjectCapitals = "subject_capitals"
    case subjectExclamation = "subject_exclamation"

    /// What a tenant that has not said otherwise gets.
    var defaultLevel: PreflightPolicy.Level {
        switch self {
        case .unsubscribeLink, .mergeFields, .fromAddress, .senderDomain: .stop
        default: .warn
        }
    }

    /// Whether a tenant may change the level: mail that nobody can unsubscribe from, or from nobody, is never sent.
    package var isFixed: Bool {
        switch self {
        case .unsubscribeLink, .mergeFields, .fromAddress: true
        default: false
        }
    }
}
