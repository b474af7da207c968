import ArgumentParser
import CommCore
import Foundation

/// Makes, pauses and shows tenants.
struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "Provisions tenants.",
        subcommands: [TenantProvisionCommand.self, TenantDeprovisionCommand.self]
    )
}

/// Gives an account of the platform a tenant.
struct TenantProvisionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provision",
        abstract: "Gives an account a tenant and prints its id; the same account gets the same tenant again."
    )

    @OptionGroup var settings: SettingsOptions

    @Argument(help: "The account's id at the platform (a UUID).")
    var account: UUID

    @Option(help: "active, paused or closed.")
    var status = "active"

    func validate() throws {
        guard TenantStatus(rawValue: status) == nil else { return }
        throw ValidationError("--status is one of " + TenantStatus.allCases.map(\.rawValue).joined(separator: ", "))
    }

    func run() async throws {
        let status = TenantStatus(rawValue: status) ?? .active
        let tenant = try await OperatorSession.with(settings) { session in
            try await TenantRepository(client: session.database, time: SystemTime()).provision(accountID: account, status: status)
        }
        print(tenant.tenantID.uuidString.lowercased())
    }
}

/// Pauses the tenant of an account and everything that it has under way.
struct TenantDeprovisionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deprovision",
        abstract: "Pauses an account's tenant and its running campaigns; nothing is deleted."
    )

    @OptionGroup var settings: SettingsOptions

    @Argument(help: "The account's id at the platform (a UUID).")
    var account: UUID

    func run() async throws {
        let tenant = try await OperatorSession.with(settings) { session in
            try await TenantRepository(client: session.database, time: SystemTime()).deprovision(accountID: account)
        }
        print("\(tenant.tenantID.uuidString.lowercased()) is paused, and \(tenant.pausedCampaigns) campaigns with it")
    }
}

extension UUID: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        self.init(uuidString: argument)
    }
}
