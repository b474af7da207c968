import FoundationEssentials

/// Finds out whether a tenant's tracking domain leads to this deployment.
///
/// It does when its name stands for addresses of the deployment's own tracking domain, which a CNAME record makes so. Nothing is asked
/// of the host itself.
package struct TrackingDomainCheck: Sendable {
    private let resolver: any HostResolver
    private let ownHost: String?

    /// - Parameter trackingBase: where tracked links of the deployment lead, `https://track.example.com`.
    package init(resolver: any HostResolver, trackingBase: String) {
        self.resolver = resolver
        ownHost = URL(string: trackingBase)?.host()
    }

    /// The host that a CNAME record has to name.
    package var target: String? { ownHost }

    /// Whether all addresses of the domain are addresses of the deployment's tracking domain.
    package func leadsHere(_ domain: String) async -> Bool {
        guard let ownHost else { return false }
        let own = await resolver.addresses(of: ownHost)
        let theirs = await resolver.addresses(of: domain)
        return !theirs.isEmpty && theirs.isSubset(of: own)
    }
}
