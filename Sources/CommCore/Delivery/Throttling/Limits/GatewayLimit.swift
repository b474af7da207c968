import FoundationEssentials

/// A limit of the installation.
package struct GatewayLimit: Sendable, Equatable {
    package let gateway: String
    /// Empty: the whole gateway; `*`: each group without a limit of its own.
    package let group: String
    package let limit: RateLimit
    package let updatedAt: Date
}
