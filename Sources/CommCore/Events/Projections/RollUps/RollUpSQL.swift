import Postgres

/// The SQL that adds facts to the roll-ups, and that compares them.
enum RollUpSQL {
    /// One statement that adds facts to every roll-up.
    ///
    /// Rows are locked in the order of their keys and tables in the order given here, the same in every transaction.
    static func add(_ facts: SQL) -> SQL {
        var parts: [SQL] = ["fact AS MATERIALIZED (\(sql: facts))", "base AS MATERIALIZED (\(raw: base()))"]
        parts.append("added_events AS (\(raw: upsert(.events, from: scoped())))")
        for table in RollUpTable.ofCampaigns { parts.append("added_\(raw: table.name) AS (\(raw: upsert(table, from: gathered(table))))") }
        return "WITH \(sql: .joined(parts, separator: ",\n")) SELECT 1"
    }

    /// The same for all facts of one campaign, less what its roll-ups hold: afterwards they hold just these.
    static func replace(_ facts: SQL, existing: SQL) -> SQL {
        var parts: [SQL] = ["fact AS MATERIALIZED (\(sql: facts))", "base AS MATERIALIZED (\(sql: baseDifference(existing)))"]
        parts.append("added_events AS (\(raw: upsert(.events, from: scoped())))")
        for table in RollUpTable.ofCampaigns {
            parts.append("old_\(raw: table.name) AS (\(sql: difference(table, existing)))")
            parts.append("added_\(raw: table.name) AS (\(raw: upsert(table, from: "SELECT * FROM old_\(table.name)")))")
        }
        return "WITH \(sql: .joined(parts, separator: ",\n")) SELECT 1"
    }

    /// How many rows of each roll-up of one campaign are not what its facts say.
    static func compare(_ facts: SQL, existing: SQL) -> SQL {
        var parts: [SQL] = ["fact AS MATERIALIZED (\(sql: facts))", "base AS MATERIALIZED (\(sql: baseDifference(existing)))"]
        var counts: [SQL] = ["SELECT 'event_rollups' AS name, count(*) AS rows FROM base"]
        for table in RollUpTable.ofCampaigns {
            parts.append("old_\(raw: table.name) AS (\(sql: difference(table, existing)))")
            counts.append("SELECT '\(raw: table.name)', count(*) FROM old_\(raw: table.name)")
        }
        return "WITH \(sql: .joined(parts, separator: ",\n")) \(sql: .joined(counts, separator: "\nUNION ALL "))"
    }

    private static func base() -> String {
        let table = RollUpTable.events
        return """
            SELECT tenant_id, campaign_id, provider, bucket_at, \(table.sums) FROM fact
            GROUP BY tenant_id, campaign_id, provider, bucket_at HAVING \(table.isAnyNonZero)
            """
    }

    private static func baseDifference(_ existing: SQL) -> SQL {
        let table = RollUpTable.events
        return """
            SELECT tenant_id, campaign_id, provider, bucket_at, \(raw: table.sums)
            FROM (SELECT tenant_id, campaign_id, provider, bucket_at, \(raw: table.measureList) FROM fact
                  UNION ALL
                  SELECT tenant_id, scope_id, provider, bucket_at, \(raw: table.negated) FROM event_rollups
                  WHERE scope = 1 AND provider <> '' AND (tenant_id, scope_id) = (\(sql: existing))) f
            GROUP BY tenant_id, campaign_id, provider, bucket_at HAVING \(raw: table.isAnyNonZero)
            """
    }

    /// Each base row under tenant, campaign, the campaign's whole and lists, and under all providers and its own.
    private static func scoped() -> String {
        let table = RollUpTable.events
        func part(_ scope: Int, _ id: String, _ provider: String, at bucket: String = "b.bucket_at", _ join: String = "") -> String {
            """
            SELECT b.tenant_id, \(scope)::smallint AS scope, \(id) AS scope_id, \(provider) AS provider, \(bucket) AS bucket_at,
                   \(table.measureList)
            FROM base b \(join)
            """
        }
        let parts = [
            part(0, "b.tenant_id", "''"), part(0, "b.tenant_id", "b.provider"), part(1, "b.campaign_id", "''"),
            part(1, "b.campaign_id", "b.provider"),
            part(3, "b.campaign_id", "''", at: "'-infinity'::timestamptz"),
            part(2, "i.list_id", "''", "JOIN campaign_lists i ON i.tenant_id = b.tenant_id AND i.campaign_id = b.campaign_id"),
        ]
        return """
            SELECT \(table.keyList), \(table.sums) FROM (\(parts.joined(separator: " UNION ALL "))) x
            GROUP BY \(table.keyList) HAVING \(table.isAnyNonZero)
            """
    }

    private static func gathered(_ table: RollUpTable) -> String {
        """
        SELECT \(table.keyList), \(table.sums) FROM fact WHERE \(table.condition)
        GROUP BY \(table.keyList) HAVING \(table.isAnyNonZero)
        """
    }

    private static func difference(_ table: RollUpTable, _ existing: SQL) -> SQL {
        """
        SELECT \(raw: table.keyList), \(raw: table.sums)
        FROM (SELECT \(raw: table.columnList) FROM fact WHERE \(raw: table.condition)
              UNION ALL
              SELECT \(raw: table.keyList), \(raw: table.negated) FROM \(raw: table.name)
              WHERE (tenant_id, campaign_id) = (\(sql: existing))) f
        GROUP BY \(raw: table.keyList) HAVING \(raw: table.isAnyNonZero)
        """
    }

    private static func upsert(_ table: RollUpTable, from rows: String) -> String {
        """
        INSERT INTO \(table.name) AS t (\(table.columnList))
        SELECT \(table.columnList) FROM (\(rows)) r ORDER BY \(table.keyList)
        ON CONFLICT (\(table.keyList)) DO UPDATE SET \(table.additions)
        """
    }
}
