/// Which mail hosts and domains belong together.
package struct DomainGroups: Sendable, Equatable {
    private var domains: [String: String] = [:]
    private var suffixes: [String: String] = [:]

    package init() {}

    mutating func add(pattern: String, group: String, isMX: Bool) {
        if isMX { suffixes[pattern] = group } else { domains[pattern] = group }
    }

    /// The group of a domain that everybody knows; nil for others.
    func group(ofDomain domain: String) -> String? { domains[domain] }

    /// The group of a mail exchanger, by the longest suffix that is known.
    func group(ofExchanger host: String) -> String? {
        var rest = host.lowercased()[...]
        if rest.hasSuffix(".") { rest.removeLast() }
        while !rest.isEmpty {
            if let group = suffixes[String(rest)] { return group }
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: dot)...]
        }
        return nil
    }
}
