/// What a message travels by.
package enum Channel: String, Sendable, CaseIterable {
    case email, sms, push
}
