import FoundationEssentials

/// How long the steps of a series are.
package enum ReportInterval: String, Sendable, CaseIterable {
    case hour
    case day
    case week

    /// The longest period that is answered in steps of this length.
    package var longestPeriod: TimeInterval {
        switch self {
        case .hour: 32 * 86_400
        case .day, .week: 367 * 86_400
        }
    }
}
