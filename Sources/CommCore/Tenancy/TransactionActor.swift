import Postgres

/// Who acts, where nobody asks by the API: a daemon with its duty, or whoever asked for the work that is done now.
///
/// Triggers that keep the audit log and the history of suppressions write it down.
enum TransactionActor {
    /// Until the end of the transaction.
    static func set(_ actor: String, on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT set_config('app.actor', \(actor), true)")
    }
}
