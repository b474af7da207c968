import Logging
import Postgres

/// A stand-in for the platform's database: the tables of `motorical_db` that the contract names.
package struct TestPlatform: Sendable {
    package let name: String
    /// The superuser's URL.
    package let url: String
    package let client: PostgresClient

    private static let tables = """
        CREATE TABLE email_logs (
            id uuid PRIMARY KEY,
            motor_block_id uuid,
            message_id text,
            from_address text,
            to_address text,
            subject text,
            body_size integer,
            status text,
            metadata jsonb,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX ON email_logs (motor_block_id, created_at DESC, id DESC);
        CREATE TABLE email_events (id uuid PRIMARY KEY, recipient_email text);
        CREATE TABLE bounce_analysis (
            email_event_id uuid NOT NULL,
            smtp_code integer,
            bounce_category text,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        """

    static func create(name: String) async throws -> TestPlatform {
        let server = try TestServer()
        try await server.createEmpty(name)
        let url = try server.url(database: name)
        let client = PostgresClient(
            configuration: PostgresConfiguration(url: url, poolSize: 4, applicationName: "test"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await client.withConnection { try await $0.executeScript(tables) }
        return TestPlatform(name: name, url: url, client: client)
    }

    func dispose() async throws {
        await client.close()
        try await TestServer().drop(name)
    }
}
