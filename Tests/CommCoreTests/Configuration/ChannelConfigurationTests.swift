import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Settings of text messages and pushes")
struct ChannelConfigurationTests {
    private static let account = "AC00000000000000000000000000000001"

    private func sender(_ settings: [String: String]) throws -> SenderConfiguration {
        try SenderConfiguration(environment: ConfigurationSamples.complete(with: settings))
    }

    private func refused(_ settings: [String: String]) -> [ConfigurationError.Problem] {
        do {
            _ = try sender(settings)
            return []
        } catch {
            return (error as? ConfigurationError)?.problems ?? []
        }
    }

    @Test func `without settings there is neither`() throws {
        let none = try sender([:])
        #expect(none.twilio == nil && none.fcm == nil && !none.logsMessages)
    }

    @Test func `Twilio is set up by an account, a secret and a sender, and reports to the public address`() throws {
        let plain = try sender([
            "COMM_TWILIO_ACCOUNT_SID": Self.account, "COMM_TWILIO_AUTH_TOKEN": "t", "COMM_TWILIO_FROM": "+15005550006",
            "COMM_PUBLIC_BASE": "https://comm.example.org",
        ])
        guard case .twilio(let settings) = plain.twilio?.provider else { return #expect(Bool(false), "no Twilio") }
        #expect(settings.secret.reveal() == "t" && settings.sender == .number("+15005550006") && settings.keySID == nil)
        #expect(settings.callback == "https://comm.example.org/api/webhooks/communication/twilio")
        let keyed = try sender([
            "COMM_TWILIO_ACCOUNT_SID": Self.account, "COMM_TWILIO_API_KEY_SID": "SK00000000000000000000000000000001",
            "COMM_TWILIO_API_KEY_SECRET": "s", "COMM_TWILIO_MESSAGING_SERVICE_SID": "MG00000000000000000000000000000001",
            "COMM_PUBLIC_BASE": "https://my_comm.example.org", "COMM_TWILIO_URL": "https://api.ie1.twilio.com",
        ])
        guard case .twilio(let settings) = keyed.twilio?.provider else { return #expect(Bool(false), "no Twilio") }
        #expect(settings.secret.reveal() == "s" && settings.sender == .service("MG00000000000000000000000000000001"))
        #expect(settings.callback == nil && settings.base == "https://api.ie1.twilio.com")
    }

    @Test(arguments: [
        (["COMM_TWILIO_ACCOUNT_SID": "AC1"], ["COMM_TWILIO_ACCOUNT_SID", "COMM_TWILIO_AUTH_TOKEN", "COMM_TWILIO_FROM"]),
        (
            ["COMM_TWILIO_ACCOUNT_SID": account, "COMM_TWILIO_API_KEY_SID": "SK1", "COMM_TWILIO_FROM": "+15005550006"],
            ["COMM_TWILIO_API_KEY_SID", "COMM_TWILIO_API_KEY_SECRET"]
        ),
        (
            [
                "COMM_TWILIO_ACCOUNT_SID": account, "COMM_TWILIO_AUTH_TOKEN": "t", "COMM_TWILIO_FROM": "x",
                "COMM_TWILIO_MESSAGING_SERVICE_SID": "MG00000000000000000000000000000001",
            ], ["COMM_TWILIO_FROM"]
        ),
    ])
    func `what Twilio lacks is named`(settings: [String: String], names: [String]) {
        #expect(refused(settings).map(\.name) == names)
    }

    @Test(arguments: ["FCM_SERVICE_ACCOUNT_JSON", "FCM_SERVER_KEY"])
    func `Firebase is set up by the JSON of a service account`(name: String) throws {
        let fcm = try sender([name: ProviderVectors.serviceAccount()]).fcm
        guard case .fcm(let settings) = fcm?.provider else { return #expect(Bool(false), "no Firebase") }
        #expect(settings.projectID == "demo-project" && settings.base == "https://fcm.googleapis.com")
        #expect(settings.account.tokenURI == ServiceAccount.tokenURI)
    }

    @Test(arguments: ["FCM_SERVICE_ACCOUNT_FILE", "FCM_SERVER_KEY", "GOOGLE_APPLICATION_CREDENTIALS"])
    func `or by a file`(name: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "account-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(ProviderVectors.serviceAccount().utf8).write(to: file)
        let fcm = try sender([name: file.path, "FCM_PROJECT_ID": "another-project"]).fcm
        guard case .fcm(let settings) = fcm?.provider else { return #expect(Bool(false), "no Firebase") }
        #expect(settings.projectID == "another-project")
    }

    @Test(arguments: [
        "AAAAabcdefg:APA91bHPRgkF3JUikC4ENAHEeMrd41Zxv3hVZjC9KtT8OvPVGJ-hQMRKRrZuJAEcl7B338qju59zJMjw2DELjzEvxwYv7hH5",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    ])
    func `a key of the legacy API is refused with what to set instead`(key: String) {
        let problems = refused(["FCM_SERVER_KEY": key])
        #expect(problems.map(\.name) == ["FCM_SERVER_KEY"])
        #expect(problems.first?.reason.contains("FCM_SERVICE_ACCOUNT_JSON") == true && problems.first?.reason.contains(key) == false)
    }

    @Test(arguments: [
        (["FCM_SERVER_KEY": "/nowhere/at/all.json"], "FCM_SERVER_KEY"), (["FCM_SERVICE_ACCOUNT_JSON": "{}"], "FCM_SERVICE_ACCOUNT_JSON"),
        (["FCM_PROJECT_ID": "p"], "FCM_SERVICE_ACCOUNT_JSON"),
        (["FCM_SERVICE_ACCOUNT_JSON": ProviderVectors.serviceAccount(), "FCM_PROJECT_ID": "a/b"], "FCM_PROJECT_ID"),
        (["FCM_SERVICE_ACCOUNT_JSON": ProviderVectors.serviceAccount(tokenURI: "https://evil.test/token")], "FCM_SERVICE_ACCOUNT_JSON"),
        (["COMM_FCM_TOKEN_URL": "https://x.test"], "COMM_FCM_TOKEN_URL"), (["COMM_FCM_URL": "https://x.test"], "COMM_FCM_URL"),
        (["COMM_LOG_GATEWAY": "true"], "COMM_LOG_GATEWAY"),
    ])
    func `what Firebase cannot be set up by, and what is for tests, is refused`(settings: [String: String], name: String) {
        #expect(refused(settings).map(\.name) == [name])
    }

    @Test func `outside of production both of Firebase's addresses may be others, and messages may go to the log`() throws {
        let configuration = try sender([
            "COMM_ENVIRONMENT": "development", "FCM_SERVICE_ACCOUNT_JSON": ProviderVectors.serviceAccount(),
            "COMM_FCM_URL": "http://127.0.0.1:9", "COMM_FCM_TOKEN_URL": "http://127.0.0.1:9", "COMM_LOG_GATEWAY": "true",
        ])
        guard case .fcm(let settings) = configuration.fcm?.provider else { return #expect(Bool(false), "no Firebase") }
        #expect(settings.base == "http://127.0.0.1:9" && settings.account.tokenURI == "http://127.0.0.1:9/token")
        #expect(configuration.logsMessages)
    }

    @Test func `the secret of apps' servers is one of Standard Webhooks`() throws {
        func api(_ secret: String) throws -> APIConfiguration {
            try APIConfiguration(environment: ConfigurationSamples.complete(with: ["COMM_FIREBASE_WEBHOOK_SECRET": secret]))
        }
        #expect(try api(ProviderVectors.webhookSecret).providerWebhooks.firebaseSecret?.text == ProviderVectors.webhookSecret)
        #expect(throws: ConfigurationError.self) { try api("whsec_short") }
    }
}
