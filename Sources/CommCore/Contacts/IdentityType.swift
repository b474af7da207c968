import Postgres

/// What kind of recipient a contact is.
package enum IdentityType: String, PostgresEnum, CaseIterable {
    case company, individual
}
