/// The address of a recipient, checked by the rules of its channel.
package struct MessageAddress: Sendable, Hashable {
    /// As it is given to gateways.
    package let deliverable: String
    /// For comparing, and for suppressions.
    package let normalized: String

    /// Longest registration token that is taken (bytes); those of FCM have about 160 today.
    private static let longestToken = 4_096

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
            let digits = number.utf8.dropFirst()
            guard number.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count), digits.first != UInt8(ascii: "0"),
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { throw MessageAddressProblem(reason: "invalid_number") }
            (deliverable, normalized) = (number, number)
        case .push:
            guard (16...Self.longestToken).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw MessageAddressProblem(reason: "invalid_token")
            }
            (deliverable, normalized) = (text, text)
        }
    }
}

/// Why an address cannot be sent to: `invalid_address`, `invalid_number` or `invalid_token`.
package struct MessageAddressProblem: Error, Sendable, Equatable {
    package let reason: String
}
