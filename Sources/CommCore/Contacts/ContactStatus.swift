import Postgres

/// Whether a contact may be mailed; anything but `active` is an opt-out that no import or upsert takes back.
package enum ContactStatus: String, PostgresEnum, CaseIterable {
    case active, unsubscribed, bounced, complained
}
