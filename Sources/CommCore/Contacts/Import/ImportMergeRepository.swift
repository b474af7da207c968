import FoundationEssentials
import Postgres

/// The second half of an import, in the transaction at hand: staged rows become contacts and members of the list, by sets.
///
/// * Rows of one address are folded first, as if they had been stored one after the other: the last given value wins.
/// * Given values overwrite, missing ones keep what is stored, attributes are merged, a deleted contact comes back.
/// * The status of a contact and of a membership is never touched: no import takes back an opt-out.
/// * Rows that change nothing are not written, so importing the same file again changes nothing.
/// * Addresses are stored and locked in their order, so that two imports, or an import and a batch, wait for each other in line.
/// * The long work goes in slices: no statement of a large import outlasts the connection's patience, each can be cancelled.
struct ImportMergeRepository {
    /// What the statements have counted.
    struct Counts {
        var created = 0
        var updated = 0
        var unchanged = 0
        var duplicates = 0
        var added = 0
        var optedOut = 0
        var restored = 0
    }

    let tenantID: UUID
    let listID: UUID
    let now: Date

    private static let fewRows = 1_000
    /// Pages of a staging table to a statement: about 25,000 rows.
    private static let slicePages = 512
    private static let copy = """
        COPY import_rows (row_number, email_norm, name, phone, identity_type, identity_name, language, attributes)
        FROM STDIN (FORMAT binary)
        """

    /// Makes sure that the list is there and stays until the transaction ends.
    func lockList(_ connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            "SELECT 1 FROM lists WHERE tenant_id = \(tenantID) AND id = \(listID) AND deleted_at IS NULL FOR KEY SHARE"
        )
        guard !rows.isEmpty else { throw ImportError.listNotFound }
    }

    /// Copies the rows into a table that lives as long as the transaction; returns their number.
    func stage(_ spool: ImportSpool, _ connection: PostgresConnection) async throws -> Int {
        // Large sorts and hashes are worth memory here, and no statement of an import is stuck because it is long.
        _ = try await connection.pipeline([
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL work_mem = '64MB'",
            // An import is one entry in the audit log, which its caller writes.
            "SELECT set_config('app.audit_rows', 'off', true)",
            """
            CREATE TEMPORARY TABLE import_rows (
                row_number bigint NOT NULL, email_norm text NOT NULL, name text, phone text, identity_type text,
                identity_name text, language text, attributes jsonb
            ) ON COMMIT DROP
            """,
        ])
        let copied = try await connection.copyIn(Self.copy, chunks: spool.pieces)
        try await connection.execute("ANALYZE import_rows (email_norm)")
        // What the statistics say about a tenant may be a minute old and off by a million rows: then a nested loop never ends.
        if copied > Self.fewRows { try await connection.execute("SET LOCAL enable_nestloop = off") }
        return copied
    }

    /// From so many new contacts on the planner's statistics are made anew: until then it takes the tenant for an empty one.
    private static let manyRows = 5_000

    /// Merges the staged rows.
    func merge(staged: Int, _ connection: PostgresConnection) async throws -> Counts {
        var counts = Counts()
        counts.duplicates = try await foldDuplicates(connection)
        let distinct = staged - counts.duplicates
        try await sortRows(connection)
        counts.created = try await inSlices(of: "import_contacts", connection, insertContacts)
        let known = distinct - counts.created
        // The server keeps the plans of foreign-key checks for a session. One made when the tables were nearly empty reads them whole
        // for each new row.
        try await connection.executeScript("DISCARD PLANS")
        if known > 0 {
            (counts.optedOut, counts.restored) = try await findKnown(connection)
            counts.updated = try await updateKnown(connection)
            counts.unchanged = known - counts.updated
            counts.added = try await inSlices(of: "import_known", connection, addKnownMembers)
        }
        if counts.created > 0 {
            counts.added += try await inSlices(of: "import_contacts", connection) { addNewMembers($0, someAreKnown: known > 0) }
        }
        if counts.created >= Self.manyRows { try await connection.execute("SELECT comm_analyze_contacts()") }
        return counts
    }

    /// Runs a statement over a staging table, some pages at a time; returns how many rows it wrote.
    private func inSlices(
        of table: String,
        _ connection: PostgresConnection,
        _ statement: @Sendable (SQL) -> SQL
    ) async throws -> Int {
        let size = try await connection.query(
            "SELECT pg_relation_size(\(table)::regclass) / current_setting('block_size')::bigint AS pages"
        )
        let pages: Int = try size.one { try $0.get("pages") }
        var written = 0
        for first in stride(from: 0, to: pages, by: Self.slicePages) {
            let start = "(\(first),0)"
            let end = "(\(first + Self.slicePages),0)"
            written += try await connection.execute(statement("r.ctid >= \(start)::tid AND r.ctid < \(end)::tid"))
        }
        return written
    }

    // MARK: - Statements

    private func foldDuplicates(_ connection: PostgresConnection) async throws -> Int {
        let found = try await connection.execute(
            """
            CREATE TEMPORARY TABLE import_duplicates ON COMMIT DROP AS
            SELECT email_norm FROM import_rows GROUP BY email_norm HAVING count(*) > 1
            """
        )
        guard found > 0 else { return 0 }
        return try await connection.query(
            """
            WITH repeated AS (
                DELETE FROM import_rows r USING import_duplicates d WHERE r.email_norm = d.email_norm RETURNING r.*
            ), members AS (
                SELECT DISTINCT ON (r.email_norm, m.key) r.email_norm, m.key, m.value
                  FROM repeated r CROSS JOIN jsonb_each(r.attributes) m
                 ORDER BY r.email_norm, m.key, r.row_number DESC
            ), merged AS (
                SELECT email_norm, jsonb_object_agg(key, value) AS attributes FROM members GROUP BY email_norm
            ), folded AS (
                INSERT INTO import_rows
                SELECT min(r.row_number), r.email_norm,
                       (array_agg(r.name ORDER BY r.row_number DESC) FILTER (WHERE r.name IS NOT NULL))[1],
                       (array_agg(r.phone ORDER BY r.row_number DESC) FILTER (WHERE r.phone IS NOT NULL))[1],
                       (array_agg(r.identity_type ORDER BY r.row_number DESC) FILTER (WHERE r.identity_type IS NOT NULL))[1],
                       (array_agg(r.identity_name ORDER BY r.row_number DESC) FILTER (WHERE r.identity_name IS NOT NULL))[1],
                       (array_agg(r.language ORDER BY r.row_number DESC) FILTER (WHERE r.language IS NOT NULL))[1],
                       (SELECT attributes FROM merged WHERE merged.email_norm = r.email_norm)
                  FROM repeated r GROUP BY r.email_norm
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM repeated) - (SELECT count(*) FROM folded) AS duplicates
            """
        ).one { try $0.get("duplicates") }
    }

    /// Ids ascend in the order of the addresses, too: most indexes of contacts then only grow at their ends, which takes half the time.
    private func sortRows(_ connection: PostgresConnection) async throws {
        _ = try await connection.pipeline([
            """
            CREATE TEMPORARY TABLE import_contacts ON COMMIT DROP AS
            SELECT comm_message_id(\(SequenceIDs.milliseconds(of: now)), row_number() OVER ()) AS id, r.*
              FROM (SELECT email_norm, name, phone, identity_type, identity_name, language, coalesce(attributes, '{}') AS attributes
                      FROM import_rows ORDER BY email_norm COLLATE "C") r
            """,
            "ANALYZE import_contacts (id, email_norm)",
        ])
    }

    private func insertContacts(_ slice: SQL) -> SQL {
        """
        INSERT INTO contacts (tenant_id, id, email, email_norm, name, phone, identity_type, identity_name, language, attributes,
                              source, created_at, updated_at)
        SELECT \(tenantID), id, email_norm, email_norm, name, phone, identity_type, identity_name, language, attributes,
               'import', \(now), \(now)
          FROM import_contacts r WHERE \(sql: slice)
            ON CONFLICT (tenant_id, email_norm) DO NOTHING
        """
    }

    /// Collects the rows whose contact was there before; returns how many of these are not active, and how many are in the recycle bin.
    private func findKnown(_ connection: PostgresConnection) async throws -> (optedOut: Int, restored: Int) {
        try await connection.execute(
            """
            CREATE TEMPORARY TABLE import_known ON COMMIT DROP AS
            SELECT c.id AS contact_id, c.status, r.*,
                   coalesce(r.name <> c.name, r.name IS NOT NULL)
                   OR coalesce(r.phone <> c.phone, r.phone IS NOT NULL)
                   OR coalesce(r.identity_type <> c.identity_type, r.identity_type IS NOT NULL)
                   OR coalesce(r.identity_name <> c.identity_name, r.identity_name IS NOT NULL)
                   OR coalesce(r.language <> c.language, r.language IS NOT NULL)
                   OR NOT (c.attributes @> r.attributes) OR c.deleted_at IS NOT NULL AS is_changed,
                   c.deleted_at IS NOT NULL AS is_deleted
              FROM import_contacts r JOIN contacts c ON c.tenant_id = \(tenantID) AND c.email_norm = r.email_norm AND c.id <> r.id
             ORDER BY r.email_norm COLLATE "C"
            """
        )
        try await connection.execute("ANALYZE import_known (contact_id, is_changed)")
        return try await connection.query(
            "SELECT count(*) FILTER (WHERE status <> 'active') AS opted_out, count(*) FILTER (WHERE is_deleted) AS restored FROM import_known"
        ).one { (try $0.get("opted_out"), try $0.get("restored")) }
    }

    private func updateKnown(_ connection: PostgresConnection) async throws -> Int {
        try await connection.execute(
            """
            WITH locked AS (
                SELECT c.id FROM import_known r JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = r.contact_id
                 WHERE r.is_changed ORDER BY r.email_norm COLLATE "C" FOR NO KEY UPDATE OF c
            )
            UPDATE contacts c
               SET name = coalesce(r.name, c.name), phone = coalesce(r.phone, c.phone),
                   identity_type = coalesce(r.identity_type, c.identity_type),
                   identity_name = coalesce(r.identity_name, c.identity_name), language = coalesce(r.language, c.language),
                   attributes = c.attributes || r.attributes, deleted_at = NULL, version = c.version + 1,
                   updated_at = \(now)
              FROM locked JOIN import_known r ON r.contact_id = locked.id
             WHERE c.tenant_id = \(tenantID) AND c.id = locked.id
            """
        )
    }

    private func addKnownMembers(_ slice: SQL) -> SQL {
        """
        INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
        SELECT \(tenantID), \(listID), contact_id, \(now) FROM import_known r WHERE \(sql: slice)
            ON CONFLICT (tenant_id, list_id, contact_id) DO NOTHING
        """
    }

    /// New contacts have the ids of their rows.
    private func addNewMembers(_ slice: SQL, someAreKnown: Bool) -> SQL {
        let isNew: SQL = someAreKnown ? " AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.id = r.id)" : ""
        return """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT \(tenantID), \(listID), id, \(now) FROM import_contacts r WHERE \(sql: slice)\(sql: isNew)
            """
    }
}
