/// A page of suppressions, newest first.
package struct SuppressionPage: Sendable, Equatable {
    package let suppressions: [Suppression]
    package let total: Int64
    package let page: Int
    package let limit: Int
    /// Where the next page begins; nil on the last one.
    package let next: TimeCursor?
}
