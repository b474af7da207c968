import FoundationEssentials

extension ConfigurationKey where Value == String {
    /// Any text.
    static func text(_ entry: ConfigurationEntry, default value: String) -> Self {
        Self(declaration: entry.declaration(kind: "text", defaultText: value), absent: value) { .success($0) }
    }

    /// An `http://` or `https://` URL without a query; a final slash is dropped.
    static func baseURL(_ entry: ConfigurationEntry, default value: String) -> Self {
        Self(declaration: entry.declaration(kind: "http(s) URL", defaultText: value), absent: value) { text in
            guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme?.lowercased() ?? ""),
                url.host?.isEmpty == false, url.query == nil, url.fragment == nil, url.user == nil
            else {
                return .failure(Refusal("is not an http:// or https:// URL without credentials, query and fragment"))
            }
            return .success(text.hasSuffix("/") ? String(text.dropLast()) : text)
        }
    }

    /// A host name with an optional port.
    static func host(_ entry: ConfigurationEntry, default value: String) -> Self {
        Self(declaration: entry.declaration(kind: "host or host:port", defaultText: value), absent: value) { text in
            guard let url = URLComponents(string: "https://\(text)"), url.host?.isEmpty == false, url.path.isEmpty,
                url.query == nil, url.fragment == nil, url.user == nil, !text.contains("/")
            else {
                return .failure(Refusal("is not a host name with an optional port (no scheme, no path)"))
            }
            return .success(text.lowercased())
        }
    }

    /// A mail address, checked for its shape only.
    static func mailAddress(_ entry: ConfigurationEntry, default value: String) -> Self {
        Self(declaration: entry.declaration(kind: "mail address", defaultText: value), absent: value) { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isAddress = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            guard isAddress, !text.contains(where: { $0.isWhitespace || "<>,;\"".contains($0) }) else {
                return .failure(Refusal("is not a bare mail address such as news@example.org"))
            }
            return .success(text)
        }
    }
}

extension ConfigurationKey where Value == String? {
    /// The same URL as `baseURL`, or none.
    static func optionalBaseURL(_ entry: ConfigurationEntry) -> Self {
        let base: ConfigurationKey<String> = .baseURL(entry, default: "")
        return Self(declaration: entry.declaration(kind: base.declaration.kind, defaultText: nil), absent: nil) { text in
            base.parse(text).map(Optional.some).mapError { Refusal($0.reason) }
        }
    }

    /// Any text, or none.
    static func optionalText(_ entry: ConfigurationEntry) -> Self {
        Self(declaration: entry.declaration(kind: "text", defaultText: nil), absent: nil) { .success($0) }
    }

    /// Where a gateway is reached: `https://`, or `http://` on this machine; a final slash is dropped.
    static func gatewayURL(_ entry: ConfigurationEntry) -> Self {
        Self(declaration: entry.declaration(kind: "https URL", defaultText: nil), absent: nil) { text in
            guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.path.isEmpty || url.path == "/",
                url.query == nil, url.fragment == nil, url.user == nil
            else {
                return .failure(Refusal("is not an https:// URL without credentials, path, query and fragment"))
            }
            let isLoopback = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host.lowercased())
            guard url.scheme == "https" || url.scheme == "http" && isLoopback else {
                return .failure(Refusal("does not start with https://; http:// is for this machine only"))
            }
            return .success(text.hasSuffix("/") ? String(text.dropLast()) : text)
        }
    }
}

extension ConfigurationKey where Value == Secret? {
    /// A secret of our own making that signs or opens something: long and not well known.
    static func strongSecret(_ entry: ConfigurationEntry) -> Self {
        let kind = "secret, at least \(SecretStrength.minimumLength) characters"
        return Self(declaration: entry.declaration(kind: kind, defaultText: nil, isSecret: true), absent: nil) { text in
            if let objection = SecretStrength.objection(to: text) { return .failure(Refusal(objection)) }
            return .success(Secret(text))
        }
    }

    /// A password, key or URL that somebody else has set.
    static func credential(_ entry: ConfigurationEntry, kind: String = "secret") -> Self {
        Self(declaration: entry.declaration(kind: kind, defaultText: nil, isSecret: true), absent: nil) { .success(Secret($0)) }
    }
}

extension ConfigurationKey where Value == Int {
    /// A whole number within bounds.
    static func integer(_ entry: ConfigurationEntry, default value: Int, in range: ClosedRange<Int>, unit: String = "") -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        let kind = "whole number, \(bounds)" + (unit.isEmpty ? "" : " \(unit)")
        return Self(declaration: entry.declaration(kind: kind, defaultText: String(value)), absent: value) { text in
            guard let number = Int(text) else { return .failure(Refusal("is not a whole number")) }
            guard range.contains(number) else { return .failure(Refusal("is out of bounds; it goes from \(bounds)")) }
            return .success(number)
        }
    }
}

extension ConfigurationKey where Value == Bool {
    /// `true` or `false`.
    static func flag(_ entry: ConfigurationEntry, default value: Bool) -> Self {
        Self(declaration: entry.declaration(kind: "true or false", defaultText: String(value)), absent: value) { text in
            switch text.lowercased() {
            case "true", "yes", "1", "on": .success(true)
            case "false", "no", "0", "off": .success(false)
            default: .failure(Refusal("is neither true nor false"))
            }
        }
    }
}

extension ConfigurationKey where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static func choice(_ entry: ConfigurationEntry, default value: Value) -> Self {
        let words = Value.allCases.map(\.rawValue)
        let kind = "one of " + words.map { "`\($0)`" }.joined(separator: ", ")
        return Self(declaration: entry.declaration(kind: kind, defaultText: value.rawValue), absent: value) { text in
            guard let choice = Value(rawValue: text.lowercased()) else {
                return .failure(Refusal("is none of " + words.joined(separator: ", ")))
            }
            return .success(choice)
        }
    }
}
