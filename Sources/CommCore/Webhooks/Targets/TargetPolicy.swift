/// Where webhooks may be sent: only to public addresses and by https, unless the operator says otherwise.
package struct TargetPolicy: Sendable {
    /// The operator's choice.
    package enum Targets: String, Sendable, CaseIterable {
        /// Public addresses, https, the allowed ports.
        case `public`
        /// Anywhere, plain http and this host included.
        case any
    }

    package static let standard = TargetPolicy(targets: .public, ports: [443, 8443])

    let allowsAnywhere: Bool
    let ports: Set<Int>

    package init(targets: Targets, ports: Set<Int>) {
        allowsAnywhere = targets == .any
        self.ports = ports
    }

    func permits(port: Int) -> Bool {
        allowsAnywhere ? (1...65_535).contains(port) : ports.contains(port)
    }

    func permits(_ address: IPAddress) -> Bool {
        allowsAnywhere || AddressScope(address) == .public
    }
}
