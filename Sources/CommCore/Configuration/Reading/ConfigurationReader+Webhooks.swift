extension ConfigurationReader {
    mutating func webhooks() -> WebhookSettings {
        WebhookSettings(
            policy: targetPolicy(),
            concurrency: value(ConfigurationKeys.webhookConcurrency),
            timeout: .seconds(value(ConfigurationKeys.webhookTimeoutSeconds)),
            logDays: value(ConfigurationKeys.webhookLogDays),
            feedDays: value(ConfigurationKeys.eventFeedDays)
        )
    }

    mutating func targetPolicy() -> TargetPolicy {
        let texts = value(ConfigurationKeys.webhookPorts).split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let ports = texts.compactMap { Int($0) }.filter { (1...65_535).contains($0) }
        if ports.isEmpty || ports.count != texts.count {
            refuse(ConfigurationKeys.webhookPorts.declaration, "is not a list of ports such as 443,8443")
        }
        return TargetPolicy(targets: value(ConfigurationKeys.webhookTargets), ports: Set(ports))
    }
}
