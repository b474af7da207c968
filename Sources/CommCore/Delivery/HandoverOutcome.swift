/// What became of a message, and at which gateway.
package struct HandoverOutcome: Sendable, Equatable {
    package var disposition: Disposition
    /// The gateway that decided it; nil when none was asked.
    package var gateway: String?

    package init(_ disposition: Disposition, gateway: String? = nil) {
        self.disposition = disposition
        self.gateway = gateway
    }
}
