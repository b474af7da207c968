import CommCore
import Foundation
import Testing

@Suite struct ConfigurationReferenceTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// With `COMM_WRITE_REFERENCE=1` the files are written instead of compared.
    private func expectFile(_ path: String, equals text: String) throws {
        let file = Self.root.appending(path: path)
        if ProcessInfo.processInfo.environment["COMM_WRITE_REFERENCE"] == "1" { try Data(text.utf8).write(to: file) }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(
            written == text,
            "\(path) is out of date; write it anew with COMM_WRITE_REFERENCE=1 swift test --filter ConfigurationReference"
        )
    }

    @Test func `the reference in the documentation is what the declarations say`() throws {
        try expectFile("docs/configuration.md", equals: ConfigurationReference.markdown())
    }

    @Test func `the sample file is what the declarations say`() throws {
        try expectFile(".env.example", equals: ConfigurationReference.envExample())
    }

    @Test func `names are unique and every setting is explained`() {
        let names = ConfigurationKeys.all.map(\.name)
        #expect(Set(names).count == names.count)
        for setting in ConfigurationKeys.all {
            #expect(setting.summary.hasSuffix("."), "\(setting.name)")
            #expect(!setting.readBy.isEmpty)
            #expect(setting.requiredBy.isSubset(of: setting.readBy))
            #expect(ConfigurationReference.markdown().contains("### `\(setting.name)`\n"))
            #expect(ConfigurationReference.envExample().contains("\(setting.name)="))
        }
    }

    @Test func `secrets have no default, and what is required has none either`() {
        for setting in ConfigurationKeys.all where setting.isSecret || !setting.requiredBy.isEmpty {
            #expect(setting.defaultText == nil, "\(setting.name)")
        }
    }

    @Test func `the settings of the contract are there with their names and defaults`() {
        let defaults = Dictionary(uniqueKeysWithValues: ConfigurationKeys.all.map { ($0.name, $0.defaultText) })
        let expected: [String: String?] = [
            "COMM_PORT": "3011", "COMM_DB_URL": nil, "MOTORICAL_DB_URL": nil, "MOTORICAL_API_BASE": "https://api.motorical.com",
            "MOTORICAL_API_KEY": nil, "COMM_INTERNAL_TOKEN": nil, "COMM_FROM_ADDRESS": "no-reply@motorical.com",
            "COMM_PUBLIC_BASE": "http://localhost:3011", "COMM_TRACKING_DOMAIN": "track.motorical.com", "COMM_SMTP_ENABLE": "false",
            "COMM_SMTP_HOST": "mail.motorical.com", "COMM_SMTP_PORT": "2587", "COMM_SMTP_USER": nil, "COMM_SMTP_PASS": nil,
            "COMM_WEBHOOK_SECRET": nil, "SERVICE_JWT_SECRET": nil, "COMM_DELIVERY_QUEUE": "email_delivery_queue", "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": "6379", "REDIS_PASSWORD": nil,
        ]
        for (name, text) in expected {
            #expect(defaults[name] == .some(text), "\(name)")
        }
    }

    @Test func `the sample file alone is not a configuration that starts`() throws {
        let lines = ConfigurationReference.envExample().split(separator: "\n").filter { !$0.hasPrefix("#") }
        let pairs = lines.map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) }
        let settings = Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
        #expect(throws: ConfigurationError.self) { try APIConfiguration(environment: settings) }
    }
}
