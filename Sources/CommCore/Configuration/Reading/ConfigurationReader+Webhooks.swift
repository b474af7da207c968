extension ConfigurationReader {
    mutating func webhooks(in environment: RuntimeSettings.Environment) -> WebhookSettings {
        WebhookSettings(
            policy: targetPolicy(in: environment),
            concurrency: value(ConfigurationKeys.webhookConcurrency),
            timeout: .seconds(value(ConfigurationKeys.webhookTimeoutSeconds)),
            logDays: value(ConfigurationKeys.webhookLogDays),
            feedDays: value(ConfigurationKeys.eventFeedDays)
        )
    }

    mutating func targetPolicy(in environment: RuntimeSettings.Environment) -> TargetPolicy {
        let texts = value(ConfigurationKeys.webhookPorts).split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let ports = texts.compactMap { Int($0) }.filter { (1...65_535).contains($0) }
        if ports.isEmpty || ports.count != texts.count {
            refuse(ConfigurationKeys.webhookPorts.declaration, "is not a list of ports such as 443,8443")
        }
        let targets = value(ConfigurationKeys.webhookTargets)
        if targets == .any, environment == .production {
            let reason = "is any, which is refused in production: tenants could reach what only this host can"
            refuse(ConfigurationKeys.webhookTargets.declaration, reason)
        }
        return TargetPolicy(targets: targets, ports: Set(ports))
    }
}
