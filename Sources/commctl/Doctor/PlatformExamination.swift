import CommCore
import Postgres

/// Whether the platform's database takes what the sender writes there.
struct PlatformExamination: Sendable {
    let configuration: ControlConfiguration

    func findings() async -> [Finding] {
        guard let settings = configuration.motoricalDatabase else {
            return [.advice("platform", "MOTORICAL_DB_URL is not set here, so the platform's database was not looked at")]
        }
        let client = PostgresClient(
            configuration: PostgresConfiguration(url: settings.url.reveal(), poolSize: 1, applicationName: "commctl doctor"),
            logger: OperatorSession.logger
        )
        let found: [Finding]
        do {
            found = [try await rights(client)]
        } catch {
            found = [.broken("platform", "\(error). Messages cannot be handed over")]
        }
        await client.close()
        return found
    }

    private func rights(_ client: PostgresClient) async throws -> Finding {
        let rows = try await client.query(
            """
            SELECT coalesce(has_table_privilege(to_regclass('email_logs'), 'INSERT'), false) AS writes,
                   coalesce(has_table_privilege(to_regclass('email_logs'), 'SELECT'), false) AS reads
            """
        )
        guard let row = rows.first, try row.get("writes"), try row.get("reads") else {
            return .broken("platform", "email_logs is missing, or this login may not select from and insert into it")
        }
        return .good("platform", "email_logs can be written and read")
    }
}
