/// Scheme of tracked links.
package enum TrackingScheme: String, Sendable, CaseIterable {
    case https, http
}

/// Addresses that appear in messages, and the secret that signs links.
package struct LinkSettings: Sendable {
    /// Where the API is reached from outside, without a final slash.
    package var publicBase: String
    /// Start of every tracked link, `https://track.example.org` for example, without a final slash.
    package var trackingBase: String
    /// Sender address of campaigns that name none.
    package var fromAddress: String
    /// Address of the `mailto:` alternative in List-Unsubscribe.
    package var unsubscribeMailto: String
    /// Signs and verifies link tokens and service tokens (HS256).
    package var signingSecret: Secret
    /// What links were signed with before; they go on working.
    package var previousSigningSecret: Secret?

    /// All of them.
    package init(
        publicBase: String,
        trackingBase: String,
        fromAddress: String,
        unsubscribeMailto: String,
        signingSecret: Secret,
        previousSigningSecret: Secret? = nil
    ) {
        self.publicBase = publicBase
        self.trackingBase = trackingBase
        self.fromAddress = fromAddress
        self.unsubscribeMailto = unsubscribeMailto
        self.signingSecret = signingSecret
        self.previousSigningSecret = previousSigningSecret
    }
}
