import Postgres

/// The tables of `motorical_db` that the contract names, with the columns that it names.
struct PlatformSchema {
    let client: PostgresClient

    /// Creates what is missing and grants what the suite needs, in one transaction.
    func create(grantTo role: String?) async throws {
        try await client.withConnection { connection in
            let hasLZ4 = try await connection.query(
                "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
            )
            var script = Self.tables(compression: hasLZ4.isEmpty ? "" : "COMPRESSION lz4")
            if let role { script += Self.grants(SQL.quoted(identifier: role)) }
            try await connection.executeScript("BEGIN;\n\(script)\nCOMMIT;")
        }
    }

    /// Status and times change twice per mail: room on the page keeps these updates away from the indexes.
    private static func tables(compression: String) -> String {
        """
        CREATE TABLE IF NOT EXISTS email_logs (
            id uuid PRIMARY KEY,
            motor_block_id uuid NOT NULL,
            message_id text,
            from_address text,
            to_address text,
            subject text,
            body_size integer,
            status text NOT NULL,
            metadata jsonb \(compression),
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 70);
        CREATE INDEX IF NOT EXISTS email_logs_motor_block_created ON email_logs (motor_block_id, created_at DESC, id DESC);
        CREATE TABLE IF NOT EXISTS email_events (
            id uuid PRIMARY KEY,
            recipient_email text
        );
        CREATE TABLE IF NOT EXISTS bounce_analysis (
            email_event_id uuid NOT NULL,
            smtp_code integer,
            bounce_category text,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX IF NOT EXISTS bounce_analysis_created ON bounce_analysis (created_at);

        """
    }

    private static func grants(_ role: String) -> String {
        """
        GRANT USAGE ON SCHEMA public TO \(role);
        GRANT SELECT, INSERT ON email_logs TO \(role);
        GRANT SELECT ON email_events, bounce_analysis TO \(role);
        """
    }
}
