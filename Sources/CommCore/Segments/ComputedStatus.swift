import Postgres

/// What has become of a contact, in one word; computed by the database (migration 0006) from what the projections keep.
package enum ComputedStatus: String, PostgresEnum, CaseIterable {
    case new, sent, delivered, engaged, unsubscribed, complained, bounced, suppressed
    /// A word of the contract: nobody has it, since what waits in the queue is not the contact's state.
    case queued
}
