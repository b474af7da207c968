import FoundationEssentials

/// One step of a series.
package struct ReportPoint: Sendable, Equatable {
    package let start: Date
    package let label: String
    package let counts: ReportCounts
}
