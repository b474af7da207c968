import FoundationEssentials

/// What a verified link token says.
package struct LinkToken: Sendable, Equatable {
    package let purpose: LinkTokenPurpose
    package let subject: LinkTokenSubject
    /// When the message was created (whole seconds).
    package let issuedAt: Date
    package let expiresAt: Date
    /// The clicked link's place in the mail and its target; nil for other purposes.
    package let link: Link?

    /// A link of a mail.
    package struct Link: Sendable, Equatable {
        /// The place of the link that no reader can see.
        ///
        /// Above that of any link of a mail: there are at most some hundreds of them.
        package static let trapIndex = 65_535

        /// Place among the mail's links, counted from 0.
        package let index: Int
        /// Absolute http or https URL.
        package let url: String
    }
}
