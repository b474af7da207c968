/// By which address a person is asked for, as it was received: one of them.
package struct PersonAddress: Sendable, Equatable {
    package var email: String?
    package var phone: String?
    package var pushToken: String?

    package init(email: String? = nil, phone: String? = nil, pushToken: String? = nil) {
        (self.email, self.phone, self.pushToken) = (email, phone, pushToken)
    }

    /// Whether nobody is named.
    package var isEmpty: Bool { [email, phone, pushToken].allSatisfy { $0.nonEmpty == nil } }

    /// Checks it.
    ///
    /// - Parameter missing: what is said when there is none.
    /// - Throws: `ComplianceError` with `invalid`.
    func checked(missing: String) throws -> ChannelAddress {
        let given: [(field: String, channel: Channel, text: String)] = [
            ("email", .email, email), ("phone", .sms, phone), ("push_token", .push, pushToken),
        ].compactMap { field, channel, text in text.nonEmpty.map { (field, channel, $0) } }
        guard let (field, channel, text) = given.first else { throw ComplianceError.invalid("email", "required", missing) }
        if given.count > 1 {
            throw ComplianceError.invalid(given[1].field, "conflict", "Only one of email, phone and push_token")
        }
        guard let address = Self.address(text, channel) else {
            let message =
                switch channel {
                case .email: "Valid email address required"
                case .sms: "phone must be a number like +4915112345678"
                case .push: "push_token must be a registration token"
                }
            throw ComplianceError.invalid(field, "invalid", message)
        }
        return address
    }

    /// Whether a text is the same address, written once more.
    func isConfirmed(by text: String?, _ address: ChannelAddress) -> Bool {
        text.flatMap { Self.address($0, address.channel) }?.key == address.key
    }

    /// Numbers may be written with spaces and the like.
    private static func address(_ text: String, _ channel: Channel) -> ChannelAddress? {
        guard let written = try? MessageAddress(text, channel: channel) else { return nil }
        return ChannelAddress(channel == .email ? text : written.deliverable, channel: channel)
    }
}
