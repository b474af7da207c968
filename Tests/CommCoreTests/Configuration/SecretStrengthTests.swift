import Testing

@testable import CommCore

@Suite struct SecretStrengthTests {
    @Test(arguments: [
        "dev-secret", "comm-block-secret-change-me", "comm-block-secret-change-me-comm-block-secret-change-me", "changeme", "secret",
        "password", "passwordpasswordpasswordpassword", "SecretSecretSecretSecretSecretSecret",
        "replace-me-with-32-random-characters-or-more",
        "0f3c9a7be1d24865aa0c4e5f8b6d721", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababababababababababababab",
        "01234567890123456789012345678901", "12345678123456781234567812345678", "",
    ])
    func `short, repeated and well-known secrets are refused without being repeated`(secret: String) throws {
        let objection = try #require(SecretStrength.objection(to: secret))
        #expect(secret.count < 10 || !objection.contains(secret))
    }

    @Test(arguments: [ConfigurationSamples.token, ConfigurationSamples.jwtSecret, ConfigurationSamples.webhookSecret])
    func `a long random secret is accepted`(secret: String) {
        #expect(SecretStrength.objection(to: secret) == nil)
    }

    @Test(arguments: ["SERVICE_JWT_SECRET", "COMM_INTERNAL_TOKEN", "COMM_WEBHOOK_SECRET"])
    func `each of our own secrets must be strong`(name: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try APIConfiguration(environment: ConfigurationSamples.complete(with: [name: "comm-block-secret-change-me"]))
        }
        #expect(error?.problems.map(\.name) == [name])
        #expect(error?.description.contains("comm-block-secret-change-me") == false)
    }

    @Test func `a secret is redacted however it is printed`() {
        let secret = Secret("very hidden")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: [secret]) == "[<redacted>]")
        #expect(!dumped.contains("hidden"))
        #expect(secret.reveal() == "very hidden")
    }
}
