import ArgumentParser
import Logging
import Postgres

/// `motorical-dev init-db`: the tables of the platform's database that the contract names.
struct InitDatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init-db",
        abstract: "Creates the platform's tables in motorical_db; does nothing where they exist."
    )

    @Option(help: "URL of motorical_db, as its owner.")
    var dbURL: String

    @Option(help: "A role that may insert and read email_logs and read the other tables.")
    var grantTo: String?

    @OptionGroup var logOptions: LogOptions

    func run() async throws {
        let logger = logOptions.logger("motorical-dev.init-db")
        let client = PostgresClient(configuration: PostgresConfiguration(url: dbURL, poolSize: 1), logger: logger)
        do {
            try await PlatformSchema(client: client).create(grantTo: grantTo)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        logger.info("The platform's tables are there")
    }
}
