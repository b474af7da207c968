import Foundation
import Logging
import Postgres

/// Counts the rows that the suite wrote into the platform's database, when the demo is told where that is.
enum PlatformRows {
    /// Rows of `email_logs` of one motor block; nil when `MOTORICAL_DB_URL` is not set.
    static func count(motorBlock: UUID) async throws -> Int? {
        guard let url = ProcessInfo.processInfo.environment["MOTORICAL_DB_URL"], !url.isEmpty else { return nil }
        let client = PostgresClient(
            configuration: PostgresConfiguration(url: url, poolSize: 1, applicationName: "commctl demo"),
            logger: Logger(label: "commctl")
        )
        do {
            let rows = try await client.query("SELECT count(*) AS rows FROM email_logs WHERE motor_block_id = \(motorBlock)")
            let count: Int = try rows.first?.get("rows") ?? 0
            await client.close()
            return count
        } catch {
            await client.close()
            throw error
        }
    }
}
