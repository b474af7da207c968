import FoundationEssentials

/// An address that a tenant wants to be told events at.
package struct WebhookURL: Sendable, Equatable {
    private static let longest = 2_000

    /// As it is called: scheme and host in small letters, an international host in its ASCII form.
    package let text: String
    /// Without brackets.
    package let host: String
    package let port: Int

    /// Names that mean this host or one's own network wherever they are looked up.
    private static let ownNames = ["localhost", "local", "internal", "localdomain", "home.arpa", "lan", "intranet", "corp"]

    /// Reads an address.
    ///
    /// - Throws: ``Refusal``, whose text continues "url …".
    package init(_ text: String, policy: TargetPolicy) throws {
        guard text.utf8.count <= Self.longest else { throw Refusal("is longer than \(Self.longest) characters") }
        guard !text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F || $0 == "\\" }),
            var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let named = parts.host, !named.isEmpty
        else { throw Refusal("is not an address such as https://hooks.example.com/events") }
        guard scheme == "https" || scheme == "http" && policy.allowsAnywhere else { throw Refusal("must begin with https://") }
        guard parts.user == nil, parts.password == nil else { throw Refusal("must not hold a user name or password; use headers") }
        guard parts.fragment == nil else { throw Refusal("must not have a fragment (#…)") }
        let bare = named.hasPrefix("[") && named.hasSuffix("]") ? String(named.dropFirst().dropLast()) : named
        let address = IPAddress(bare)
        let host = try address == nil ? Self.ascii(bare) : bare.lowercased()
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard policy.permits(port: port) else {
            throw Refusal("has a port that is not called; allowed are \(policy.ports.sorted().map(String.init).joined(separator: ", "))")
        }
        if let address {
            guard policy.permits(address) else { throw Refusal("leads to an address that is not public") }
            guard !bare.contains("%") else { throw Refusal("must not have a zone") }
        } else if !policy.allowsAnywhere {
            let labels = host.split(separator: ".")
            guard labels.count > 1, !Self.ownNames.contains(where: { host == $0 || host.hasSuffix(".\($0)") }) else {
                throw Refusal("names a host of a private network")
            }
        }
        parts.scheme = scheme
        parts.host = address.map { $0.isIPv4 } == false ? "[\(host)]" : host
        guard let whole = parts.string, Self.calledHost(whole) == host else {
            throw Refusal("is not an address such as https://hooks.example.com/events")
        }
        self.text = whole
        (self.host, self.port) = (host, port)
    }

    /// The host as the client will read it.
    ///
    /// Were it another than the one that is checked, the client would look it up by itself.
    private static func calledHost(_ text: String) -> String? {
        guard let host = URL(string: text)?.host() else { return nil }
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func ascii(_ host: String) throws -> String {
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        guard let bytes = try? InternationalDomain.ascii(name) else { throw Refusal("has a host that is no domain name") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Why an address was refused.
    package struct Refusal: Error, Equatable {
        package let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }
}
