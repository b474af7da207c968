/// An account at Twilio.
package struct TwilioSettings: Sendable {
    /// Where the API takes Twilio's reports.
    package static let webhookPath = "/api/webhooks/communication/twilio"

    /// Whom messages come from.
    package enum Sender: Sendable, Equatable {
        /// A number, short code or name.
        case number(String)
        /// A messaging service (`MG…`), which chooses.
        case service(String)
    }

    /// Base URL without a final slash.
    package var base: String
    /// The account, `AC…`.
    package var accountSID: String
    /// An API key (`SK…`); nil for the account itself.
    package var keySID: String?
    /// The API key's secret, or the account's token.
    package var secret: Secret
    package var sender: Sender
    /// Where reports go, without a query; nil for none.
    package var callback: String?

    package init(
        base: String = "https://api.twilio.com",
        accountSID: String,
        keySID: String? = nil,
        secret: Secret,
        sender: Sender,
        callback: String? = nil
    ) {
        self.base = base
        self.accountSID = accountSID
        self.keySID = keySID
        self.secret = secret
        self.sender = sender
        self.callback = callback
    }
}
