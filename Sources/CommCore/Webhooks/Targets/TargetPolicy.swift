/// Where webhooks may be sent: only to public addresses and by https, unless the operator says otherwise.
package struct TargetPolicy: Sendable {
    /// The operator's choice.
    package enum Targets: String, Sendable, CaseIterable {
        /// Public addresses, https, the allowed ports.
        case `public`
        /// Anywhere, plain http and this host included; refused in production.
        case any
    }

    package static let standard = TargetPolicy(targets: .public, ports: [443, 8443])

    let allowsAnywhere: Bool
    let ports: Set<Int>
    /// Addresses that count as public; no setting leads here.
    private let exceptions: Set<IPAddress>

    package init(targets: Targets, ports: Set<Int>) {
        self.init(targets: targets, ports: ports, exceptions: [])
    }

    /// - Parameter exceptions: for tests, whose servers have no public address.
    init(targets: Targets, ports: Set<Int>, exceptions: Set<IPAddress>) {
        allowsAnywhere = targets == .any
        (self.ports, self.exceptions) = (ports, exceptions)
    }

    func permits(port: Int) -> Bool {
        allowsAnywhere ? (1...65_535).contains(port) : ports.contains(port)
    }

    func permits(_ address: IPAddress) -> Bool {
        allowsAnywhere || AddressScope(address) == .public || exceptions.contains(address)
    }
}
