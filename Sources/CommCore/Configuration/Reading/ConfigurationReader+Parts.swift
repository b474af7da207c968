import FoundationEssentials
import Redis

extension ConfigurationReader {
    mutating func runtime() -> RuntimeSettings {
        var runtime = RuntimeSettings()
        runtime.environment = value(ConfigurationKeys.environment)
        runtime.logLevel = value(ConfigurationKeys.logLevel).level
        runtime.logFormat = value(ConfigurationKeys.logFormat)
        if let text = value(ConfigurationKeys.fault) {
            runtime.faults = faults(text, in: runtime.environment)
        }
        return runtime
    }

    mutating func links(in environment: RuntimeSettings.Environment) -> LinkSettings {
        let scheme = value(ConfigurationKeys.trackingScheme)
        if scheme == .http, environment == .production {
            refuse(ConfigurationKeys.trackingScheme.declaration, "is http, which is refused in production (COMM_ENVIRONMENT)")
        }
        return LinkSettings(
            publicBase: value(ConfigurationKeys.publicBase),
            trackingBase: "\(scheme.rawValue)://\(value(ConfigurationKeys.trackingDomain))",
            fromAddress: value(ConfigurationKeys.fromAddress),
            unsubscribeMailto: value(ConfigurationKeys.unsubscribeMailto),
            signingSecret: required(ConfigurationKeys.serviceJWTSecret),
            previousSigningSecret: value(ConfigurationKeys.serviceJWTSecretPrevious)
        )
    }

    mutating func platform() -> PlatformSettings {
        PlatformSettings(
            apiBase: value(ConfigurationKeys.motoricalAPIBase),
            apiKey: value(ConfigurationKeys.motoricalAPIKey),
            publicToken: value(ConfigurationKeys.motoricalPublicToken)
        )
    }

    mutating func smtp(in environment: RuntimeSettings.Environment, choice: GatewayChoice) -> SMTPGatewaySettings? {
        let settings = SMTPGatewaySettings(
            host: value(ConfigurationKeys.smtpHost),
            port: value(ConfigurationKeys.smtpPort),
            security: value(ConfigurationKeys.smtpTLS),
            user: value(ConfigurationKeys.smtpUser),
            password: value(ConfigurationKeys.smtpPassword)
        )
        let isEnabled = value(ConfigurationKeys.smtpEnable)
        guard choice == .smtp || choice == .auto && isEnabled else { return nil }
        if (settings.user == nil) != (settings.password == nil) {
            let missing = settings.user == nil ? ConfigurationKeys.smtpUser.declaration : ConfigurationKeys.smtpPassword.declaration
            refuse(missing, "is not set; COMM_SMTP_USER and COMM_SMTP_PASS go together")
        }
        if settings.security == .none, settings.password != nil, environment == .production {
            refuse(ConfigurationKeys.smtpTLS.declaration, "is none, which would send the password in the clear")
        }
        return settings
    }

    mutating func webhookSecret() -> Secret? {
        let secret = value(ConfigurationKeys.webhookSecret)
        let allowsUnsigned = value(ConfigurationKeys.webhookAllowUnsigned)
        if secret == nil, !allowsUnsigned {
            refuse(
                ConfigurationKeys.webhookSecret.declaration,
                "is not set; set it, or accept unsigned webhooks with COMM_WEBHOOK_ALLOW_UNSIGNED=true"
            )
        }
        return secret
    }

    /// A port where 0 means none.
    mutating func port(_ key: ConfigurationKey<Int>) -> Int? {
        let port = value(key)
        return port == 0 ? nil : port
    }

    mutating func redis() -> RedisConfiguration {
        let parts = RedisConfiguration(
            host: value(ConfigurationKeys.redisHost),
            port: value(ConfigurationKeys.redisPort),
            username: value(ConfigurationKeys.redisUsername),
            password: value(ConfigurationKeys.redisPassword)?.reveal(),
            database: value(ConfigurationKeys.redisDatabase)
        )
        guard let url = value(ConfigurationKeys.redisURL) else {
            if parts.username != nil, parts.password == nil {
                refuse(ConfigurationKeys.redisPassword.declaration, "is not set; REDIS_USERNAME needs it")
            }
            return parts
        }
        do {
            return try RedisConfiguration(url: url.reveal())
        } catch {
            refuse(ConfigurationKeys.redisURL.declaration, (error as? RedisError)?.message ?? "is not a Redis URL")
            return parts
        }
    }

    private mutating func faults(_ text: String, in environment: RuntimeSettings.Environment) -> FaultPoints {
        guard environment != .production else {
            refuse(ConfigurationKeys.fault.declaration, "is refused in production; fault points need COMM_ENVIRONMENT=development")
            return .none
        }
        do {
            return try FaultPoints(parsing: text)
        } catch {
            refuse(ConfigurationKeys.fault.declaration, error.reason)
            return .none
        }
    }
}
