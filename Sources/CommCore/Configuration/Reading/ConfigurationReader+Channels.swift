import FoundationEssentials

extension ConfigurationReader {
    /// The gateway of text messages; nil when none is set up.
    mutating func twilio() -> HTTPGatewaySettings? {
        let account = value(ConfigurationKeys.twilioAccountSID)
        let (token, keySID, keySecret) = (
            value(ConfigurationKeys.twilioToken), value(ConfigurationKeys.twilioKeySID), value(ConfigurationKeys.twilioKeySecret)
        )
        let (from, service) = (value(ConfigurationKeys.twilioFrom), value(ConfigurationKeys.twilioService))
        let base = value(ConfigurationKeys.twilioURL)
        let callback = twilioCallback()
        guard let account else { return nil }
        refuse(unlessID: account, beginsWith: "AC", ConfigurationKeys.twilioAccountSID.declaration)
        if let keySID { refuse(unlessID: keySID, beginsWith: "SK", ConfigurationKeys.twilioKeySID.declaration) }
        if let service { refuse(unlessID: service, beginsWith: "MG", ConfigurationKeys.twilioService.declaration) }
        let secret = keySID == nil ? token : keySecret
        if secret == nil {
            let missing = keySID == nil ? ConfigurationKeys.twilioToken.declaration : ConfigurationKeys.twilioKeySecret.declaration
            refuse(missing, "is not set and \(keySID == nil ? "COMM_TWILIO_ACCOUNT_SID" : "COMM_TWILIO_API_KEY_SID") needs it")
        }
        if (from == nil) == (service == nil) {
            let reason = from == nil ? "is not set, and neither is COMM_TWILIO_MESSAGING_SERVICE_SID" : "goes without a messaging service"
            refuse(ConfigurationKeys.twilioFrom.declaration, reason)
        }
        var settings = TwilioSettings(
            accountSID: account,
            keySID: keySID,
            secret: secret ?? Secret(""),
            sender: service.map { .service($0) } ?? .number(from ?? ""),
            callback: callback
        )
        if let base { settings.base = base }
        return httpGateway(.twilio(settings))
    }

    /// The gateway of pushes; nil when none is set up.
    mutating func fcm(in environment: RuntimeSettings.Environment) -> HTTPGatewaySettings? {
        let project = value(ConfigurationKeys.fcmProjectID)
        let base = testURL(ConfigurationKeys.fcmURL, in: environment)
        let tokens = testURL(ConfigurationKeys.fcmTokenURL, in: environment)
        guard let (source, json) = serviceAccount(isWanted: project != nil) else { return nil }
        let account: ServiceAccount
        do {
            account = try ServiceAccount(json: json, tokenURI: tokens.map { $0 + "/token" })
        } catch {
            refuse(source, error.description)
            return nil
        }
        guard let id = project ?? account.projectID else {
            refuse(ConfigurationKeys.fcmProjectID.declaration, "is not set, and the service account names no project")
            return nil
        }
        guard id.utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || "-:.".utf8.contains($0) }) else {
            refuse(ConfigurationKeys.fcmProjectID.declaration, "is not a project such as my-shop-1234")
            return nil
        }
        var settings = FCMSettings(projectID: id, account: account)
        if let base { settings.base = base }
        return httpGateway(.fcm(settings))
    }

    /// Whether messages go to the log instead.
    mutating func logGateway(in environment: RuntimeSettings.Environment) -> Bool {
        let isOn = value(ConfigurationKeys.logGateway)
        if isOn, environment == .production {
            refuse(ConfigurationKeys.logGateway.declaration, "is true, which is refused in production: nothing would be sent")
        }
        return isOn
    }

    /// By which apps' servers sign; nil when they are not listened to.
    mutating func firebaseWebhookSecret() -> WebhookSecret? {
        guard let text = value(ConfigurationKeys.firebaseWebhookSecret) else { return nil }
        guard let secret = WebhookSecret(text.reveal()) else {
            refuse(ConfigurationKeys.firebaseWebhookSecret.declaration, "is not whsec_ and the base64 of 24 to 64 bytes")
            return nil
        }
        return secret
    }

    /// Where Twilio reports to; nil where it could not: it takes no host with an underscore, and none of this machine.
    private mutating func twilioCallback() -> String? {
        let base = value(ConfigurationKeys.publicBase)
        guard base.hasPrefix("https://"), let host = URLComponents(string: base)?.host, !host.contains("_") else { return nil }
        return base + TwilioSettings.webhookPath
    }

    private mutating func httpGateway(_ provider: HTTPGatewaySettings.Provider) -> HTTPGatewaySettings {
        HTTPGatewaySettings(
            provider: provider,
            connections: value(ConfigurationKeys.gatewayConnections),
            timeout: .seconds(value(ConfigurationKeys.gatewayTimeoutSeconds))
        )
    }

    /// Ids are two letters and 32 hexadecimal digits.
    private mutating func refuse(unlessID text: String, beginsWith prefix: String, _ declaration: ConfigurationDeclaration) {
        let digits = text.utf8.dropFirst(2)
        let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0) }
        if !text.hasPrefix(prefix) || digits.count != 32 || !isHex { refuse(declaration, "is not \(prefix) and 32 hexadecimal digits") }
    }

    private mutating func testURL(_ key: ConfigurationKey<String?>, in environment: RuntimeSettings.Environment) -> String? {
        let url = value(key)
        if url != nil, environment == .production { refuse(key.declaration, "is refused in production") }
        return url
    }

    /// The JSON of the service account, and the setting that it comes from.
    private mutating func serviceAccount(isWanted: Bool) -> (ConfigurationDeclaration, String)? {
        let (json, path) = (value(ConfigurationKeys.fcmServiceAccountJSON), value(ConfigurationKeys.fcmServiceAccountFile))
        let (legacy, google) = (value(ConfigurationKeys.fcmServerKey), value(ConfigurationKeys.googleCredentials))
        if let json { return (ConfigurationKeys.fcmServiceAccountJSON.declaration, json.reveal()) }
        if let path { return file(path, of: ConfigurationKeys.fcmServiceAccountFile.declaration) }
        if let text = legacy?.reveal() {
            let declaration = ConfigurationKeys.fcmServerKey.declaration
            if text.drop(while: \.isWhitespace).hasPrefix("{") { return (declaration, text) }
            if Self.isLegacyKey(text) {
                refuse(
                    declaration,
                    "is a server key of the legacy API, which Google switched off in 2024; set FCM_SERVICE_ACCOUNT_JSON or "
                        + "FCM_SERVICE_ACCOUNT_FILE (and FCM_PROJECT_ID, if it is another project than the account's)"
                )
                return nil
            }
            return file(text, of: declaration)
        }
        if let google, isWanted { return file(google, of: ConfigurationKeys.googleCredentials.declaration) }
        if isWanted { refuse(ConfigurationKeys.fcmServiceAccountJSON.declaration, "is not set and FCM_PROJECT_ID needs it") }
        return nil
    }

    private mutating func file(_ path: String, of declaration: ConfigurationDeclaration) -> (ConfigurationDeclaration, String)? {
        guard let bytes = FileManager.default.contents(atPath: path), let text = String(validating: bytes, as: UTF8.self) else {
            refuse(declaration, "names a file that cannot be read")
            return nil
        }
        return (declaration, text)
    }

    /// `AAAA…:APA91b…`, or the 39 characters of an API key.
    static func isLegacyKey(_ text: String) -> Bool {
        text.contains(":APA91b") || text.hasPrefix("AIza") && text.count == 39 || text.hasPrefix("AAAA") && !text.contains("/")
    }
}
