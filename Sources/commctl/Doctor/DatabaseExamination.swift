import CommCore
import Foundation
import Postgres

/// What matters about the suite's database: version, durability, rights, partitions, backlogs and size.
struct DatabaseExamination: Sendable {
    let session: OperatorSession

    func findings() async -> [Finding] {
        do {
            let server = try await [version(), durability(), size()]
            let schema = try await schema()
            // The rest looks into tables that an older schema may not have.
            guard schema.grade == .good else { return server + [schema] }
            return try await server + [schema, groupRoles(), partitions()] + backlog()
        } catch {
            return [.broken("PostgreSQL", "\(error)")]
        }
    }

    private func version() async throws -> Finding {
        let row = try await one("SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text")
        let text: String = try row.get("text")
        let number: Int32 = try row.get("number")
        guard number >= 150_000 else { return .broken("PostgreSQL", "version \(text); 15 is the oldest that works") }
        return .good("PostgreSQL", "version \(text)")
    }

    private func schema() async throws -> Finding {
        do {
            try await SchemaGuard.requireCurrent(session.database)
        } catch let error as SchemaError {
            return .broken("schema", error.message)
        }
        return .good("schema", "version \(Schema.expectedVersion), as this version needs it")
    }

    private func durability() async throws -> Finding {
        let row = try await one(
            "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('full_page_writes') AS pages"
        )
        let settings: [String: String] = [
            "fsync": try row.get("fsync"), "synchronous_commit": try row.get("commit"), "full_page_writes": try row.get("pages"),
        ]
        let off = settings.filter { $0.value == "off" }.keys.sorted()
        guard off.isEmpty else {
            return .advice("PostgreSQL", "\(off.joined(separator: ", ")) off: a power cut loses acknowledged data. Right for tests only")
        }
        return .good("PostgreSQL", "what is committed is on disk")
    }

    /// The daemons' logins must be members of the group roles that the first migration makes.
    private func groupRoles() async throws -> Finding {
        let row = try await one(
            """
            SELECT count(*) FILTER (WHERE r.rolname = 'comm_api') AS api, count(*) FILTER (WHERE r.rolname = 'comm_worker') AS worker
              FROM pg_auth_members m
              JOIN pg_roles r ON r.oid = m.roleid
              JOIN pg_roles u ON u.oid = m.member AND u.rolcanlogin
             WHERE r.rolname IN ('comm_api', 'comm_worker')
            """
        )
        let api: Int64 = try row.get("api")
        let worker: Int64 = try row.get("worker")
        guard api > 0, worker > 0 else {
            return .advice(
                "roles",
                "no login is a member of comm_api or of comm_worker: GRANT comm_api TO the login of comm-api, GRANT comm_worker TO those of comm-sender and comm-stats"
            )
        }
        return .good("roles", "\(api) logins in comm_api, \(worker) in comm_worker")
    }

    /// comm-stats makes the months ahead; when it has not run for long, rows fall into the default partition.
    private func partitions() async throws -> Finding {
        let row = try await one(
            """
            SELECT count(*) AS ready
              FROM unnest(ARRAY['delivery_events', 'email_events']) AS parent, generate_series(0, 1) AS n
             WHERE to_regclass(parent || '_' || to_char((now() AT TIME ZONE 'UTC') + n * interval '1 month', 'YYYYMM')) IS NOT NULL
            """
        )
        let ready: Int64 = try row.get("ready")
        guard ready == 4 else { return .advice("partitions", "this or the next month has none: let comm-stats run, it makes them ahead") }
        return .good("partitions", "this month and the next are ready")
    }

    private func backlog() async throws -> [Finding] {
        let row = try await one(
            """
            SELECT (SELECT count(*) FROM message_queue) AS waiting,
                   (SELECT count(*) FROM queue_chunks WHERE state = 'leased' AND lease_until < now()) AS abandoned,
                   (SELECT count(*) FROM event_inbox) AS events,
                   coalesce((SELECT extract(epoch FROM now() - min(received_at)) FROM event_inbox), 0)::float8 AS oldest
            """
        )
        let waiting: Int64 = try row.get("waiting")
        let abandoned: Int64 = try row.get("abandoned")
        let events: Int64 = try row.get("events")
        let oldest: Double = try row.get("oldest")
        return [
            abandoned == 0
                ? .good("queue", "\(waiting) messages wait")
                : .advice("queue", "\(waiting) messages wait, \(abandoned) chunks were left by a sender: is comm-sender running?"),
            oldest < 300
                ? .good("events", "\(events) wait to be stored")
                : .advice("events", "\(events) wait to be stored, the oldest for \(Int(oldest)) s: is comm-stats running?"),
        ]
    }

    private func size() async throws -> Finding {
        let row = try await one("SELECT pg_size_pretty(pg_database_size(current_database())) AS size")
        let size: String = try row.get("size")
        return .good("PostgreSQL", "\(size) of data")
    }

    private func one(_ sql: SQL) async throws -> PostgresRow {
        guard let row = try await session.database.query(sql).first else { throw EmptyAnswer() }
        return row
    }
}

/// A query that always answers one row answered none.
private struct EmptyAnswer: Error, CustomStringConvertible {
    let description = "the database answered no row"
}
