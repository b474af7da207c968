import FoundationEssentials

/// Gateways that nothing may be handed to at one moment.
package struct PausedGateways: Sendable, Equatable {
    package static let none = PausedGateways(everywhere: [], ofTenants: [:])

    let everywhere: Set<String>
    let ofTenants: [UUID: Set<String>]

    /// Whether messages of a tenant must not take a gateway.
    package func holds(_ gateway: String, tenantID: UUID) -> Bool {
        everywhere.contains(gateway) || ofTenants[tenantID]?.contains(gateway) == true
    }
}
