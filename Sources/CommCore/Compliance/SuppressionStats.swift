import Postgres

/// The numbers of a suppression list.
package struct SuppressionStats: Sendable, Equatable {
    package private(set) var total = 0
    package private(set) var byReason = ["unsubscribe": 0, "bounce": 0, "complaint": 0, "manual": 0]
    package private(set) var bySource = ["link": 0, "admin": 0]
    package private(set) var byScope = Dictionary(uniqueKeysWithValues: SuppressionScope.allCases.map { ($0.rawValue, 0) })
    package private(set) var byChannel = Dictionary(uniqueKeysWithValues: Channel.allCases.map { ($0.rawValue, 0) })
    package private(set) var last7Days = 0
    package private(set) var last30Days = 0
    /// Entries that have an end.
    package private(set) var temporary = 0
    package private(set) var contacts = 0
    package private(set) var activeContacts = 0
    package private(set) var unsubscribedContacts = 0

    init(groups: PostgresRows, contacts statuses: PostgresRows) throws {
        for row in groups {
            let count: Int = try row.get("count")
            total += count
            byReason[try row.get("reason"), default: 0] += count
            bySource[try row.get("source"), default: 0] += count
            byChannel[try row.get("channel"), default: 0] += count
            byScope[try row.get("scope"), default: 0] += count
            last7Days += try row.get("week") as Int
            last30Days += try row.get("month") as Int
            temporary += try row.get("temporary") as Int
        }
        for row in statuses {
            let count: Int = try row.get("count")
            contacts += count
            switch try row.get("status") as String {
            case "active": activeContacts = count
            case "unsubscribed": unsubscribedContacts = count
            default: break
            }
        }
    }
}
