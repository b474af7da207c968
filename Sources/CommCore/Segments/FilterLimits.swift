/// How large a filter may be: what fits is translated and planned in well under a millisecond.
package enum FilterLimits {
    /// Groups may stand in each other so deep.
    package static let depth = 8
    /// Conditions of a filter.
    package static let conditions = 100
    /// Values of one condition.
    package static let values = 1_000
    /// Characters of a text.
    package static let text = 400
    /// Days of a condition such as "in the last … days".
    package static let days = 36_500
}
