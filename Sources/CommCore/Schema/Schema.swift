/// What this build knows about the database.
package enum Schema {
    /// The highest number in `migrations/`; a test compares the two.
    package static let expectedVersion = 24
}
