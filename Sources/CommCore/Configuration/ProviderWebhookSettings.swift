/// Whose reports are believed; a provider that is not set up here is not listened to.
package struct ProviderWebhookSettings: Sendable {
    /// Base URL of the Postal installation whose keys sign reports.
    package var postalBase: String?
    /// Whether a signature with SHA-1 alone is enough (Postal before 3.2).
    package var postalAllowsSHA1 = false
    /// The topics that SES publishes to.
    package var snsTopics: Set<String> = []
    /// Whether SNS has to sign with SHA-256.
    package var snsRequiresVersion2 = false
    /// Mailgun's HTTP webhook signing key.
    package var mailgunSigningKey: Secret?
    /// The oldest signature of Mailgun that is believed (seconds).
    package var mailgunMaximumAge = 900

    /// Twilio's token, by which it signs.
    package var twilioToken: Secret?
    /// By which the servers of apps sign what they report on pushes.
    package var firebaseSecret: WebhookSecret?

    /// Nobody is listened to.
    package init() {}
}
