/// Finds the address that a webhook is sent to.
///
/// The name is looked up once, every address that it stands for must be allowed, and the connection is made to the one that was checked:
/// a name that changes between the check and the call leads nowhere else.
struct TargetResolver: Sendable {
    /// What a look-up came to.
    enum Finding: Sendable, Equatable {
        /// Addresses to connect to, the preferred one first.
        case addresses([String])
        case unknownHost
        /// One of the addresses is not public.
        case refused
    }

    let resolver: any HostResolver
    let policy: TargetPolicy

    func find(_ url: WebhookURL) async -> Finding {
        if let literal = IPAddress(url.host) { return policy.permits(literal) ? .addresses([url.host]) : .refused }
        let found = await resolver.addresses(of: url.host)
        guard !found.isEmpty else { return .unknownHost }
        var allowed: [(text: String, address: IPAddress)] = []
        for text in found {
            guard let address = IPAddress(text), policy.permits(address) else { return .refused }
            allowed.append((text, address))
        }
        // IPv4 first: it works from everywhere.
        allowed.sort { ($0.address.isIPv4 ? 0 : 1, $0.text) < ($1.address.isIPv4 ? 0 : 1, $1.text) }
        return .addresses(allowed.map(\.text))
    }
}
