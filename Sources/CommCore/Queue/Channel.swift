import Postgres

/// By what a message travels.
package enum Channel: String, Sendable, CaseIterable, Codable, PostgresEnum {
    /// To a mail address.
    case email
    /// To a phone number (E.164).
    case sms
    /// To the registration token of an app.
    case push
}
