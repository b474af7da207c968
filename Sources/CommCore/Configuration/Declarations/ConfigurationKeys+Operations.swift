extension ConfigurationKeys {
    static let environment = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_ENVIRONMENT",
            chapter: .operations,
            summary: "`development` permits fault points and plain-http tracking links; nothing else depends on it."
        ),
        default: RuntimeSettings.Environment.production
    )

    static let fault = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_FAULT",
            chapter: .operations,
            readBy: .daemons,
            summary:
                "Fault points for tests, for example `push.after:3:kill,log.before:1:error`: name, how often it is passed until it acts, "
                + "and `kill`, `exit`, `hang` or `error`. Refused in production."
        )
    )

    static let logLevel = ConfigurationKey.choice(
        ConfigurationEntry(name: "LOG_LEVEL", chapter: .operations, summary: "Least severe level that is logged."),
        default: RuntimeSettings.LogLevel.info
    )

    static let logFormat = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "LOG_FORMAT",
            chapter: .operations,
            summary: "`auto` writes natively to the journal under systemd, coloured text on a terminal, else one JSON object a line."
        ),
        default: RuntimeSettings.LogFormat.auto
    )
}
