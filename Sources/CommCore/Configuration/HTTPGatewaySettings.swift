/// Through whom messages go out.
package enum GatewayChoice: String, Sendable, CaseIterable {
    /// SMTP when `COMM_SMTP_ENABLE` says so, else the platform.
    case auto
    case motorical, smtp, postal, ses, mailgun
}

/// A delivery service that is reached over HTTP.
package struct HTTPGatewaySettings: Sendable {
    /// Which service, and how it knows us.
    package enum Provider: Sendable {
        case postal(PostalSettings)
        case ses(SESSettings)
        case mailgun(MailgunSettings)
        case twilio(TwilioSettings)
        case fcm(FCMSettings)
    }

    package var provider: Provider

    /// The provider's name.
    package var name: String {
        switch provider {
        case .postal: "postal"
        case .ses: "ses"
        case .mailgun: "mailgun"
        case .twilio: "twilio"
        case .fcm: "fcm"
        }
    }

    /// Requests on their way at once.
    package var connections: Int
    /// For one request, to the last byte of the answer.
    package var timeout: Duration

    package init(provider: Provider, connections: Int = 16, timeout: Duration = .seconds(30)) {
        self.provider = provider
        self.connections = connections
        self.timeout = timeout
    }
}

/// A Postal installation.
package struct PostalSettings: Sendable {
    /// Base URL without a final slash.
    package var base: String
    /// An API credential of one mail server.
    package var apiKey: Secret

    package init(base: String, apiKey: Secret) {
        self.base = base
        self.apiKey = apiKey
    }
}

/// An account of Amazon SES in one region.
package struct SESSettings: Sendable {
    package var region: String
    /// Base URL without a path.
    package var endpoint: String
    package var accessKeyID: String
    package var secretAccessKey: Secret
    /// Of temporary credentials.
    package var sessionToken: Secret?
    /// Whose event destinations report on the messages.
    package var configurationSet: String?

    /// - Parameter endpoint: nil for the region's own.
    package init(
        region: String,
        endpoint: String? = nil,
        accessKeyID: String,
        secretAccessKey: Secret,
        sessionToken: Secret? = nil,
        configurationSet: String? = nil
    ) {
        self.region = region
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        self.endpoint = endpoint ?? "https://email.\(region).\(suffix)"
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.configurationSet = configurationSet
    }
}

/// A sending domain at Mailgun.
package struct MailgunSettings: Sendable {
    /// Base URL of the domain's region without a final slash.
    package var base: String
    package var domain: String
    package var apiKey: Secret

    package init(base: String, domain: String, apiKey: Secret) {
        self.base = base
        self.domain = domain
        self.apiKey = apiKey
    }
}
