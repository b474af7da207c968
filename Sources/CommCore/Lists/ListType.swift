import Postgres

/// What made a list, and what it is for.
package enum ListType: String, PostgresEnum, CaseIterable {
    case user, smart, snapshot, system
}
