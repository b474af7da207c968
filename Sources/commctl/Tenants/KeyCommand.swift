import ArgumentParser
import CommCore
import Foundation

/// API keys of a tenant.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Creates, lists and revokes API keys.",
        subcommands: [KeyCreateCommand.self, KeyListCommand.self, KeyRevokeCommand.self]
    )
}

/// Makes a key and shows it, this one time.
struct KeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes an API key and prints it. It is shown this once; only its hash is kept."
    )

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The tenant's id.")
    var tenant: UUID

    @Option(help: "What the key is for.")
    var name: String

    @Option(parsing: .upToNextOption, help: "What the key may do: \(APIScope.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scopes: [String]

    @Option(help: "Days after which the key ends; it does not end when absent.")
    var expiresAfterDays: Int?

    func run() async throws {
        let expiry = expiresAfterDays.map { SystemTime().now.addingTimeInterval(Double($0) * 86_400) }
        let created = try await OperatorSession.with(settings) { session in
            try await APIKeyRepository(client: session.database, time: SystemTime())
                .create(tenantID: tenant, name: name, scopes: scopes, expiresAt: expiry)
        }
        FileHandle.standardError.write(Data("key \(created.key.id.uuidString.lowercased()); keep it now, it is not shown again\n".utf8))
        print(created.text)
    }
}

/// Lists what keys there are.
struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the keys of a tenant, newest first.")

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The tenant's id.")
    var tenant: UUID

    func run() async throws {
        let keys = try await OperatorSession.with(settings) { session in
            try await APIKeyRepository(client: session.database, time: SystemTime()).list(tenantID: tenant)
        }
        for key in keys {
            let scopes = key.scopes.map(\.rawValue).joined(separator: ",")
            let used = key.lastUsedAt.map { "last used \(ISO8601.string(from: $0))" } ?? "never used"
            print("\(key.id.uuidString.lowercased())  \(state(of: key))  \(key.name)  [\(scopes)]  \(used)")
        }
    }

    private func state(of key: APIKey) -> String {
        if let revoked = key.revokedAt { return "revoked \(ISO8601.string(from: revoked))" }
        guard let expiry = key.expiresAt else { return "valid" }
        return (expiry <= SystemTime().now ? "expired " : "valid until ") + ISO8601.string(from: expiry)
    }
}

/// Ends a key.
struct KeyRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Ends a key at once; doing it again changes nothing.")

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The tenant's id.")
    var tenant: UUID

    @Argument(help: "The key's id, as `key list` shows it.")
    var key: UUID

    func run() async throws {
        let revoked = try await OperatorSession.with(settings) { session in
            try await APIKeyRepository(client: session.database, time: SystemTime()).revoke(tenantID: tenant, id: key)
        }
        print("\(revoked.id.uuidString.lowercased()) is revoked")
    }
}
