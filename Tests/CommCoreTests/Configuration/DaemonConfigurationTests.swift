import CommCore
import Logging
import Redis
import Testing

@Suite struct DaemonConfigurationTests {
    @Test func `the least settings give the documented defaults`() throws {
        let api = try APIConfiguration(environment: ConfigurationSamples.complete)
        #expect(api.host == "127.0.0.1")
        #expect(api.port == 3011)
        #expect(api.runtime.environment == .production)
        #expect(api.runtime.logLevel == .info)
        #expect(api.runtime.faults.isEmpty)
        #expect(api.database.poolSize == 10)
        #expect(api.redis == RedisConfiguration(host: "127.0.0.1", port: 6379))
        #expect(api.links.publicBase == "http://localhost:3011")
        #expect(api.links.trackingBase == "https://track.motorical.com")
        #expect(api.links.fromAddress == "no-reply@motorical.com")
        #expect(api.links.unsubscribeMailto == "unsubscribe@motorical.com")
        #expect(api.links.signingSecret.reveal() == ConfigurationSamples.jwtSecret)
        #expect(api.internalToken.reveal() == ConfigurationSamples.token)
        #expect(api.webhookSecret?.reveal() == ConfigurationSamples.webhookSecret)
        #expect(api.platform.apiBase == "https://api.motorical.com")
        #expect(api.maxBodyBytes == 1_048_576)
        #expect(api.maxImportBytes == 1_073_741_824)
        #expect(api.templateLimits == CompileLimits())

        let sender = try SenderConfiguration(environment: ConfigurationSamples.complete)
        #expect(sender.port == 3012)
        #expect(sender.deliveryQueue == "email_delivery_queue")
        #expect(sender.deliveryQueueHighWater == 5_000)
        #expect(sender.smtp == nil)
        #expect(sender.chunkSize == 500)
        #expect(sender.lease == .seconds(60))
        #expect(sender.reconcileAfter == .seconds(60))
        #expect(sender.lanes == 2)

        let stats = try StatsConfiguration(environment: ConfigurationSamples.complete)
        #expect(stats.port == 3013)
        #expect(stats.logPollInterval == .seconds(60))
    }

    @Test func `zero turns the health port and the log poller off`() throws {
        let settings = ConfigurationSamples.complete(with: ["COMM_STATS_PORT": "0", "COMM_SENDER_PORT": "0", "COMM_LOG_POLL_SECONDS": "0"])
        #expect(try StatsConfiguration(environment: settings).port == nil)
        #expect(try StatsConfiguration(environment: settings).logPollInterval == nil)
        #expect(try SenderConfiguration(environment: settings).port == nil)
    }

    @Test func `every problem is told at once, by name and in the order of the reference`() {
        let error = #expect(throws: ConfigurationError.self) {
            try APIConfiguration(environment: [
                "COMM_PORT": "http", "COMM_MAX_BODY_BYTES": "1", "REDIS_URL": "rediss://cache", "COMM_INTERNAL_TOKEN": "short",
                "COMM_PUBLIC_BASE": "example.org", "COMM_TRACKING_SCHEME": "http", "COMM_FROM_ADDRESS": "nobody",
                "COMM_ENVIRONMENT": "prod",
                "COMM_FAULT": "push.after:1:kill", "LOG_LEVEL": "loud",
            ])
        }
        #expect(
            error?.problems.map(\.name) == [
                "COMM_PORT", "COMM_MAX_BODY_BYTES", "COMM_DB_URL", "REDIS_URL", "COMM_INTERNAL_TOKEN", "SERVICE_JWT_SECRET",
                "COMM_WEBHOOK_SECRET", "COMM_PUBLIC_BASE", "COMM_TRACKING_SCHEME", "COMM_FROM_ADDRESS", "COMM_ENVIRONMENT", "COMM_FAULT",
                "LOG_LEVEL",
            ]
        )
    }

    @Test(arguments: [
        ("COMM_PORT", "65536"), ("COMM_PORT", "-1"), ("COMM_PORT", "3011x"), ("COMM_DB_POOL", "0"), ("COMM_CHUNK_SIZE", "5001"),
        ("COMM_CHUNK_SIZE", "0"), ("COMM_LANES", "0"), ("COMM_LEASE_SECONDS", "1"), ("COMM_DELIVERY_QUEUE_HIGH_WATER", "0"),
        ("COMM_WEBHOOK_ALLOW_UNSIGNED", "perhaps"), ("COMM_PUBLIC_BASE", "ftp://example.org"),
        ("COMM_PUBLIC_BASE", "https://example.org?x=1"),
        ("COMM_PUBLIC_BASE", "https://user:pw@example.org"), ("COMM_TRACKING_DOMAIN", "https://track.example.org"),
        ("COMM_TRACKING_DOMAIN", "track.example.org/c"), ("COMM_FROM_ADDRESS", "Shop <shop@example.org>"), ("COMM_FROM_ADDRESS", "a@b@c"),
        ("COMM_UNSUB_MAILTO", "a b@example.org"), ("COMM_SMTP_TLS", "ssl"), ("LOG_FORMAT", "xml"), ("COMM_DB_URL", "mysql://db/x"),
        ("REDIS_URL", "http://cache"), ("REDIS_PORT", "0"), ("MOTORICAL_DB_URL", "db.example"), ("COMM_TRACKING_SCHEME", "http"),
    ])
    func `a bad value is refused under its name and never repeated`(name: String, value: String) {
        let settings = ConfigurationSamples.complete(with: [name: value])
        let problems =
            problems { try APIConfiguration(environment: settings) } + problems { try SenderConfiguration(environment: settings) }
        #expect(Set(problems.map(\.name)) == [name])
        #expect(value.count < 8 || problems.allSatisfy { !$0.reason.contains(value) })
    }

    @Test func `parts make a database URL with special characters encoded`() throws {
        let api = try APIConfiguration(
            environment: ConfigurationSamples.complete(with: [
                "COMM_DB_URL": "", "COMM_DB_HOST": "db.example", "COMM_DB_PORT": "5433", "COMM_DB_NAME": "mail", "COMM_DB_USER": "comm",
                "COMM_DB_PASSWORD": "p@ss/word:é", "COMM_DB_POOL": "4",
            ])
        )
        #expect(api.database.url.reveal() == "postgresql://comm:p%40ss%2Fword%3A%C3%A9@db.example:5433/mail")
        #expect(api.database.poolSize == 4)
    }

    @Test(arguments: [
        ("/run/postgresql", "postgresql://comm@/communications_db?host=%2Frun%2Fpostgresql&port=5432"),
        ("::1", "postgresql://comm@[::1]:5432/communications_db"),
    ])
    func `a host may be a socket directory or an IPv6 address`(host: String, url: String) throws {
        let settings = ConfigurationSamples.complete(with: ["COMM_DB_URL": "", "COMM_DB_HOST": host, "COMM_DB_USER": "comm"])
        #expect(try APIConfiguration(environment: settings).database.url.reveal() == url)
    }

    @Test func `Redis comes from its URL, or from its parts`() throws {
        let parts = ConfigurationSamples.complete(with: [
            "REDIS_HOST": "cache", "REDIS_PORT": "6380", "REDIS_USERNAME": "worker", "REDIS_PASSWORD": "pw", "REDIS_DB": "3",
        ])
        let expected = RedisConfiguration(host: "cache", port: 6380, username: "worker", password: "pw", database: 3)
        #expect(try StatsConfiguration(environment: parts).redis == expected)
        let both = parts.merging(["REDIS_URL": "redis://other:7000/1"]) { _, new in new }
        #expect(try StatsConfiguration(environment: both).redis == RedisConfiguration(host: "other", port: 7000, database: 1))
    }

    @Test func `the sender needs the platform's database unless it sends by SMTP`() throws {
        let without = ConfigurationSamples.complete(with: ["MOTORICAL_DB_URL": ""])
        let error = #expect(throws: ConfigurationError.self) { try SenderConfiguration(environment: without) }
        #expect(error?.problems.map(\.name) == ["MOTORICAL_DB_URL"])
        let sender = try SenderConfiguration(
            environment: without.merging(["COMM_SMTP_ENABLE": "true", "COMM_SMTP_USER": "u", "COMM_SMTP_PASS": "p"]) { _, new in new }
        )
        #expect(sender.motoricalDatabase == nil)
        #expect(sender.smtp?.host == "mail.motorical.com")
        #expect(sender.smtp?.port == 2587)
        #expect(sender.smtp?.security == .starttls)
        #expect(sender.smtp?.password?.reveal() == "p")
        #expect(try StatsConfiguration(environment: without).motoricalDatabase == nil)
    }

    @Test(arguments: [
        (["COMM_SMTP_ENABLE": "true", "COMM_SMTP_USER": "u"], "COMM_SMTP_PASS"),
        (["COMM_SMTP_ENABLE": "true", "COMM_SMTP_PASS": "p"], "COMM_SMTP_USER"),
        (["COMM_SMTP_ENABLE": "true", "COMM_SMTP_USER": "u", "COMM_SMTP_PASS": "p", "COMM_SMTP_TLS": "none"], "COMM_SMTP_TLS"),
    ])
    func `half a login and a password in the clear are refused`(changes: [String: String], name: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try SenderConfiguration(environment: ConfigurationSamples.complete(with: changes))
        }
        #expect(error?.problems.map(\.name) == [name])
    }

    @Test func `a gateway is chosen by name, and then the platform's database is not needed`() throws {
        let base = ConfigurationSamples.complete(with: ["MOTORICAL_DB_URL": ""])
        func sender(_ settings: [String: String]) throws -> SenderConfiguration {
            try SenderConfiguration(environment: base.merging(settings) { $1 })
        }
        let postal = try sender([
            "COMM_GATEWAY": "postal", "COMM_POSTAL_URL": "https://postal.test/", "COMM_POSTAL_API_KEY": "k",
            "COMM_GATEWAY_CONNECTIONS": "4", "COMM_GATEWAY_TIMEOUT_SECONDS": "9",
        ])
        guard case .postal(let settings) = postal.provider?.provider else { return #expect(Bool(false)) }
        #expect(settings.base == "https://postal.test" && settings.apiKey.reveal() == "k" && postal.motoricalDatabase == nil)
        #expect(postal.provider?.connections == 4 && postal.provider?.timeout == .seconds(9) && postal.smtp == nil)
        let ses = try sender([
            "COMM_GATEWAY": "ses", "COMM_SES_REGION": "eu-west-1", "COMM_SES_ACCESS_KEY_ID": "a", "COMM_SES_SECRET_ACCESS_KEY": "s",
        ])
        guard case .ses(let settings) = ses.provider?.provider else { return #expect(Bool(false)) }
        #expect(settings.endpoint == "https://email.eu-west-1.amazonaws.com" && settings.configurationSet == nil)
        let mailgun = try sender(["COMM_GATEWAY": "mailgun", "COMM_MAILGUN_DOMAIN": "mg.x.test", "COMM_MAILGUN_API_KEY": "k"])
        guard case .mailgun(let settings) = mailgun.provider?.provider else { return #expect(Bool(false)) }
        #expect(settings.base == "https://api.mailgun.net")
        #expect(try sender(["COMM_GATEWAY": "smtp"]).smtp?.host == "mail.motorical.com")
        #expect(throws: ConfigurationError.self) { try sender(["COMM_GATEWAY": "motorical", "COMM_SMTP_ENABLE": "true"]) }
    }

    @Test("further gateways for mail come in their order, each with its settings")
    func fallbacks() throws {
        func sender(_ settings: [String: String]) throws -> SenderConfiguration {
            try SenderConfiguration(environment: ConfigurationSamples.complete(with: settings))
        }
        let postal = ["COMM_POSTAL_URL": "https://postal.example.org", "COMM_POSTAL_API_KEY": "key"]
        let several = try sender(["COMM_FALLBACK_GATEWAYS": "postal, smtp"].merging(postal) { $1 })
        #expect(several.mailGateways.count == 3)
        guard case .motorical = several.mailGateways[0], case .http = several.mailGateways[1], case .smtp = several.mailGateways[2] else {
            return #expect(Bool(false))
        }
        #expect(throws: ConfigurationError.self) { try sender(["COMM_FALLBACK_GATEWAYS": "postal"]) }
        #expect(throws: ConfigurationError.self) { try sender(["COMM_FALLBACK_GATEWAYS": "pigeon"]) }
        #expect(throws: ConfigurationError.self) { try sender(["COMM_FALLBACK_GATEWAYS": "smtp,smtp"]) }
    }

    @Test(arguments: [
        (["COMM_GATEWAY": "postal"], ["COMM_POSTAL_URL", "COMM_POSTAL_API_KEY"]),
        (
            ["COMM_GATEWAY": "ses", "COMM_SES_REGION": "EU West"],
            ["COMM_SES_REGION", "COMM_SES_ACCESS_KEY_ID", "COMM_SES_SECRET_ACCESS_KEY"]
        ),
        (["COMM_GATEWAY": "mailgun", "COMM_MAILGUN_DOMAIN": "a/b"], ["COMM_MAILGUN_DOMAIN", "COMM_MAILGUN_API_KEY"]),
        (["COMM_GATEWAY": "pigeon"], ["COMM_GATEWAY"]),
        (["COMM_GATEWAY": "postal", "COMM_POSTAL_URL": "http://postal.test", "COMM_POSTAL_API_KEY": "k"], ["COMM_POSTAL_URL"]),
    ])
    func `a gateway without what it needs is refused`(changes: [String: String], names: [String]) {
        let error = #expect(throws: ConfigurationError.self) {
            try SenderConfiguration(environment: ConfigurationSamples.complete(with: changes))
        }
        #expect(error?.problems.map(\.name) == names)
    }

    @Test(arguments: ["http://127.0.0.1:8080", "http://localhost", "https://x.test"])
    func `plain http is for this machine`(url: String) throws {
        let settings = ConfigurationSamples.complete(with: ["COMM_POSTAL_URL": url])
        #expect(try APIConfiguration(environment: settings).providerWebhooks.postalBase == url)
    }

    @Test func `the topics of SNS are a list of names`() throws {
        let topic = "arn:aws:sns:eu-west-1:123456789012:ses"
        let settings = ConfigurationSamples.complete(with: ["COMM_SES_TOPIC_ARNS": " \(topic) , \(topic)-2"])
        #expect(try APIConfiguration(environment: settings).providerWebhooks.snsTopics == [topic, topic + "-2"])
        #expect(try StatsConfiguration(environment: settings).snsTopics.count == 2)
        let wrong = ConfigurationSamples.complete(with: ["COMM_SES_TOPIC_ARNS": "ses-events"])
        #expect(throws: ConfigurationError.self) { try APIConfiguration(environment: wrong) }
    }

    @Test func `webhooks go to private addresses only outside of production`() throws {
        let settings = ConfigurationSamples.complete(with: ["COMM_WEBHOOK_TARGETS": "any"])
        for read in [
            { _ = try APIConfiguration(environment: $0) }, { _ = try StatsConfiguration(environment: $0) },
        ] as [([String: String]) throws -> Void] {
            let error = #expect(throws: ConfigurationError.self) { try read(settings) }
            #expect(error?.problems.map(\.name) == ["COMM_WEBHOOK_TARGETS"])
            #expect(throws: Never.self) { try read(settings.merging(["COMM_ENVIRONMENT": "development"]) { $1 }) }
        }
    }

    @Test func `the platform's log is read only when the platform delivers`() throws {
        #expect(try StatsConfiguration(environment: ConfigurationSamples.complete(with: ["COMM_GATEWAY": "ses"])).logPollInterval == nil)
    }

    @Test func `unsigned webhooks have to be allowed explicitly`() throws {
        let without = ConfigurationSamples.complete(with: ["COMM_WEBHOOK_SECRET": ""])
        let error = #expect(throws: ConfigurationError.self) { try APIConfiguration(environment: without) }
        #expect(error?.problems.map(\.name) == ["COMM_WEBHOOK_SECRET"])
        let allowed = without.merging(["COMM_WEBHOOK_ALLOW_UNSIGNED": "true"]) { _, new in new }
        #expect(try APIConfiguration(environment: allowed).webhookSecret == nil)
    }

    @Test func `development permits fault points and plain links`() throws {
        let settings = ConfigurationSamples.complete(with: [
            "COMM_ENVIRONMENT": "development", "COMM_FAULT": "push.after:3:kill", "COMM_TRACKING_SCHEME": "http",
            "COMM_TRACKING_DOMAIN": "LOCALHOST:3011", "COMM_PUBLIC_BASE": "https://mail.example.org/base/",
        ])
        let sender = try SenderConfiguration(environment: settings)
        #expect(!sender.runtime.faults.isEmpty)
        #expect(sender.links.trackingBase == "http://localhost:3011")
        #expect(sender.links.publicBase == "https://mail.example.org/base")
    }

    @Test func `the tool needs only the database`() throws {
        let control = try ControlConfiguration(environment: ["COMM_DB_URL": "postgres://db/x"])
        #expect(control.signingSecret == nil)
        #expect(control.motoricalDatabase == nil)
        #expect(control.deliveryQueue == "email_delivery_queue")
    }

    @Test func `a printed configuration shows no secret`() throws {
        let api = try APIConfiguration(environment: ConfigurationSamples.complete(with: ["REDIS_URL": "redis://:hidden-pw@cache"]))
        var text = "\(api)" + String(reflecting: api)
        dump(api, to: &text)
        for secret in [
            ConfigurationSamples.token, ConfigurationSamples.jwtSecret, ConfigurationSamples.webhookSecret, "hidden-pw", "comm:pw",
        ] {
            #expect(!text.contains(secret))
        }
    }

    /// What is wrong according to one program.
    private func problems<R>(_ body: () throws -> R) -> [ConfigurationError.Problem] {
        do {
            _ = try body()
            return []
        } catch {
            return (error as? ConfigurationError)?.problems ?? []
        }
    }
}

extension SenderConfiguration {
    /// The SMTP gateway, if it is among those for mail.
    fileprivate var smtp: SMTPGatewaySettings? {
        for case .smtp(let settings) in mailGateways { return settings }
        return nil
    }

    /// The first delivery service among them.
    fileprivate var provider: HTTPGatewaySettings? {
        for case .http(let settings) in mailGateways { return settings }
        return nil
    }
}
