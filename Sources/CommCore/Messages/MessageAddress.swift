/// The address of a recipient, checked by the rules of its channel.
package struct MessageAddress: Sendable, Hashable {
    /// As it is given to gateways.
    package let deliverable: String
    /// For comparing, and what it stands under on the suppression list (``ChannelAddress/key``).
    package let normalized: String

    /// - Throws: a problem without the address.
    package init(_ text: String, channel: Channel) throws(MessageAddressProblem) {
        switch channel {
        case .email:
            do {
                let address = try EmailAddress(text)
                (deliverable, normalized) = (address.deliverable, address.normalized)
            } catch {
                throw MessageAddressProblem(reason: "invalid_address")
            }
        case .sms:
            // E.164: at most 15 digits, none of them a leading zero.
            let number = text.filter { !" -().".contains($0) }
            guard ChannelAddress.isNumber(number) else { throw MessageAddressProblem(reason: "invalid_number") }
            (deliverable, normalized) = (number, number)
        case .push:
            // Those of FCM have about 160 characters today.
            guard text.utf8.count >= 16, let address = ChannelAddress(text, channel: .push) else {
                throw MessageAddressProblem(reason: "invalid_token")
            }
            (deliverable, normalized) = (address.recipient, address.key)
        }
    }
}

/// Why an address cannot be sent to: `invalid_address`, `invalid_number` or `invalid_token`.
package struct MessageAddressProblem: Error, Sendable, Equatable {
    package let reason: String
}
