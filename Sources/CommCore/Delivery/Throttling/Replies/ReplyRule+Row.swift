import FoundationEssentials
import Postgres

extension ReplyRule {
    /// nil for a row that an older program cannot understand.
    init?(row: PostgresRow) throws {
        guard let pattern = ReplyPattern(try row.get("pattern")), let scope = Scope(rawValue: try row.get("scope")),
            let action = Action(rawValue: try row.get("action"))
        else { return nil }
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            pattern: pattern,
            gateway: try row.get("gateway"),
            group: try row.get("domain_group"),
            scope: scope,
            threshold: try row.get("threshold"),
            window: try row.get("window_seconds"),
            action: action,
            factor: try row.get("factor"),
            duration: try row.get("duration_seconds"),
            isEnabled: try row.get("enabled"),
            position: try row.get("position")
        )
    }
}
