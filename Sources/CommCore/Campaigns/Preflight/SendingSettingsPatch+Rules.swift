import FoundationEssentials

extension SendingSettingsPatch {
    private static let mostHosts = 200

    /// The settings after the change.
    ///
    /// - Throws: `CampaignError` with `invalid`, naming every field that is refused.
    func applied(to settings: SendingSettings) throws -> SendingSettings {
        var check = FieldCheck()
        var result = settings
        if let levels { result.preflight.levels = Self.checked(levels: levels, &check) }
        if let limits { result.preflight.limits = Self.checked(limits: limits, &check) }
        if let untrackedHosts { result.untrackedHosts = Self.checked(hosts: untrackedHosts, "untracked_hosts", &check) }
        if let senderDomains { result.senderDomains = Self.checked(hosts: senderDomains, "sender_domains", &check) }
        if let timezone {
            CampaignRules.checkTimezone(timezone.isEmpty ? nil : timezone, &check)
            result.timezone = timezone.isEmpty ? nil : timezone
        }
        if let sendingWindows {
            CampaignRules.checkWindows(sendingWindows, &check)
            result.sendingWindows = sendingWindows
        }
        if let approvalThreshold {
            if approvalThreshold < 0 { check.add("approval_threshold", "invalid", "approval_threshold must not be negative") }
            result.approvalThreshold = approvalThreshold == 0 ? nil : Int64(approvalThreshold)
        }
        guard check.problems.isEmpty else {
            throw CampaignError(.invalid, check.problems.map(\.message).joined(separator: "; "), problems: check.problems)
        }
        return result
    }

    private static func checked(levels: [String: String], _ check: inout FieldCheck) -> [String: PreflightPolicy.Level] {
        var result: [String: PreflightPolicy.Level] = [:]
        for (name, value) in levels.sorted(by: { $0.key < $1.key }) {
            let field = "preflight.levels.\(name.prefix(100))"
            guard let known = PreflightCheck(rawValue: name) else {
                check.add(field, "unknown", "\(field) is not a check of the preflight")
                continue
            }
            guard let level = PreflightPolicy.Level(rawValue: value) else {
                check.add(field, "invalid", "\(field) must be stop, warn or off")
                continue
            }
            guard !known.isFixed || level == known.defaultLevel else {
                check.add(field, "invalid", "\(field) always stops and cannot be changed")
                continue
            }
            result[name] = level
        }
        return result
    }

    private static func checked(limits: [String: Int], _ check: inout FieldCheck) -> [String: Int] {
        for (name, value) in limits.sorted(by: { $0.key < $1.key }) {
            let field = "preflight.limits.\(name.prefix(100))"
            guard let limit = PreflightPolicy.Limit(rawValue: name) else {
                check.add(field, "unknown", "\(field) is not a limit of the preflight")
                continue
            }
            if !limit.range.contains(value) {
                check.add(field, "invalid", "\(field) must be from \(limit.range.lowerBound) to \(limit.range.upperBound)")
            }
        }
        return limits
    }

    /// Host names in their ASCII form and lower case, each once.
    private static func checked(hosts: [String], _ field: String, _ check: inout FieldCheck) -> [String] {
        if hosts.count > mostHosts { check.add(field, "too_long", "\(field) holds more than \(mostHosts) names") }
        var result: [String] = []
        for (index, host) in hosts.prefix(mostHosts).enumerated() {
            guard let domain = try? EmailAddress("x@\(host)").domain else {
                check.add("\(field)[\(index)]", "invalid", "\(field)[\(index)] is not the name of a host, such as shop.example.com")
                continue
            }
            if !result.contains(domain) { result.append(domain) }
        }
        return result
    }
}
