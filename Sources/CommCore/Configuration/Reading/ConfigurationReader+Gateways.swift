import FoundationEssentials

extension ConfigurationReader {
    /// The delivery service that was chosen; nil for the platform and for SMTP.
    mutating func httpGateway(_ choice: GatewayChoice) -> HTTPGatewaySettings? {
        let provider: HTTPGatewaySettings.Provider? =
            switch choice {
            case .auto, .motorical, .smtp: nil
            case .postal: .postal(postal())
            case .ses: .ses(ses())
            case .mailgun: .mailgun(mailgun())
            }
        let connections = value(ConfigurationKeys.gatewayConnections)
        let timeout = value(ConfigurationKeys.gatewayTimeoutSeconds)
        return provider.map { HTTPGatewaySettings(provider: $0, connections: connections, timeout: .seconds(timeout)) }
    }

    /// The chosen gateway for mail and those behind it.
    mutating func mailGateways(in environment: RuntimeSettings.Environment) -> [MailGatewaySettings] {
        var choice = value(ConfigurationKeys.gateway)
        let fallbacks = fallbackGateways()
        if choice == .auto { choice = value(ConfigurationKeys.smtpEnable) ? .smtp : .motorical }
        let choices = [choice] + fallbacks.filter { $0 != choice }
        let smtp = smtp(in: environment, choice: choices.contains(.smtp) ? .smtp : .motorical)
        return choices.compactMap { choice in
            if choice == .motorical { return .motorical }
            return choice == .smtp ? smtp.map(MailGatewaySettings.smtp) : httpGateway(choice).map(MailGatewaySettings.http)
        }
    }

    /// The gateways for mail that come after the first one.
    mutating func fallbackGateways() -> [GatewayChoice] {
        guard let text = value(ConfigurationKeys.fallbackGateways) else { return [] }
        let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        let choices = names.compactMap(GatewayChoice.init(rawValue:)).filter { $0 != .auto }
        if choices.count != names.count || Set(choices).count != choices.count {
            refuse(
                ConfigurationKeys.fallbackGateways.declaration,
                "is not a list of different gateways out of motorical, smtp, postal, ses, mailgun"
            )
        }
        return choices
    }

    mutating func providerWebhooks() -> ProviderWebhookSettings {
        var settings = ProviderWebhookSettings()
        settings.postalBase = value(ConfigurationKeys.postalURL)
        settings.postalAllowsSHA1 = value(ConfigurationKeys.postalAllowsSHA1)
        settings.snsTopics = snsTopics()
        settings.snsRequiresVersion2 = value(ConfigurationKeys.snsRequiresVersion2)
        settings.mailgunSigningKey = value(ConfigurationKeys.mailgunSigningKey)
        settings.mailgunMaximumAge = value(ConfigurationKeys.mailgunMaximumAge)
        settings.twilioToken = value(ConfigurationKeys.twilioToken)
        settings.firebaseSecret = firebaseWebhookSecret()
        return settings
    }

    mutating func snsTopics() -> Set<String> {
        guard let text = value(ConfigurationKeys.sesTopics) else { return [] }
        let topics = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        for topic in topics where !topic.hasPrefix("arn:aws") || topic.split(separator: ":").count != 6 {
            refuse(
                ConfigurationKeys.sesTopics.declaration,
                "holds something that is not a topic such as arn:aws:sns:eu-west-1:123456789012:name"
            )
        }
        return Set(topics)
    }

    private mutating func postal() -> PostalSettings {
        PostalSettings(
            base: needed(ConfigurationKeys.postalURL, by: .postal),
            apiKey: needed(ConfigurationKeys.postalAPIKey, by: .postal)
        )
    }

    private mutating func ses() -> SESSettings {
        let region = needed(ConfigurationKeys.sesRegion, by: .ses)
        if region.contains(where: { !($0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-")) }) {
            refuse(ConfigurationKeys.sesRegion.declaration, "is not a region such as eu-west-1")
        }
        return SESSettings(
            region: region,
            endpoint: value(ConfigurationKeys.sesEndpoint),
            accessKeyID: needed(ConfigurationKeys.sesAccessKeyID, by: .ses),
            secretAccessKey: needed(ConfigurationKeys.sesSecretAccessKey, by: .ses),
            sessionToken: value(ConfigurationKeys.sesSessionToken),
            configurationSet: value(ConfigurationKeys.sesConfigurationSet)
        )
    }

    private mutating func mailgun() -> MailgunSettings {
        let domain = needed(ConfigurationKeys.mailgunDomain, by: .mailgun)
        if domain.contains(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".")) }) {
            refuse(ConfigurationKeys.mailgunDomain.declaration, "is not a domain")
        }
        return MailgunSettings(
            base: value(ConfigurationKeys.mailgunBase) ?? "https://api.mailgun.net",
            domain: domain,
            apiKey: needed(ConfigurationKeys.mailgunAPIKey, by: .mailgun)
        )
    }

    /// A setting that the chosen gateway cannot do without.
    private mutating func needed(_ key: ConfigurationKey<String?>, by choice: GatewayChoice) -> String {
        if let text = value(key) { return text }
        refuse(key.declaration, "is not set and COMM_GATEWAY=\(choice.rawValue) needs it")
        return ""
    }

    private mutating func needed(_ key: ConfigurationKey<Secret?>, by choice: GatewayChoice) -> Secret {
        if let secret = value(key) { return secret }
        refuse(key.declaration, "is not set and COMM_GATEWAY=\(choice.rawValue) needs it")
        return Secret("")
    }
}
