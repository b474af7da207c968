import FoundationEssentials

/// Makes link tokens: compact JWTs signed with HS256 under the current key.
///
/// The claims are written as bytes and start with what all links of a message share, padded to whole base64 groups. So the encoding
/// of that start, and the hash over it, are made once per message; a link with a fixed target is encoded once per campaign.
package struct LinkTokenSigner: Sendable {
    let key: LinkTokenKey

    /// A signer with the current key.
    package init(key: LinkTokenKey) {
        self.key = key
    }

    /// The token of one tracked link.
    ///
    /// - Parameters:
    ///   - index: the link's place in the mail, counted from 0
    ///   - issuedAt: the message's creation time, so that the same message always gets the same token
    /// - Throws: `LinkTokenError` with `invalidURL`, or `tooLong` when the token could not be verified.
    package func clickToken(
        for subject: LinkTokenSubject,
        index: Int,
        url: String,
        issuedAt: Date
    ) throws(LinkTokenError) -> String {
        let ending = try LinkTokenEnding(index: index, url: Array(url.utf8))
        let beginning = LinkTokenBeginning(purpose: .click, subject: subject, issuedAt: issuedAt, key: key)
        var token: [UInt8] = []
        beginning.appendToken(ending: ending, to: &token)
        return String(decoding: token, as: UTF8.self)
    }

    /// The token of the message's unsubscribe link.
    package func unsubscribeToken(for subject: LinkTokenSubject, issuedAt: Date) -> String {
        token(.unsubscribe, for: subject, issuedAt: issuedAt)
    }

    /// The token of the message's open pixel.
    package func openToken(for subject: LinkTokenSubject, issuedAt: Date) -> String {
        token(.open, for: subject, issuedAt: issuedAt)
    }

    /// The token of the message's web version.
    package func viewToken(for subject: LinkTokenSubject, issuedAt: Date) -> String {
        token(.view, for: subject, issuedAt: issuedAt)
    }

    /// The token of the recipient's preference centre.
    package func preferencesToken(for subject: LinkTokenSubject, issuedAt: Date) -> String {
        token(.preferences, for: subject, issuedAt: issuedAt)
    }

    /// The token of a button that takes back what was just done.
    package func undoToken(for subject: LinkTokenSubject, issuedAt: Date) -> String {
        token(.undo, for: subject, issuedAt: issuedAt)
    }

    private func token(_ purpose: LinkTokenPurpose, for subject: LinkTokenSubject, issuedAt: Date) -> String {
        var token: [UInt8] = []
        LinkTokenBeginning(purpose: purpose, subject: subject, issuedAt: issuedAt, key: key).appendToken(ending: .none, to: &token)
        return String(decoding: token, as: UTF8.self)
    }
}
