/// How long a cohort's time is.
package enum CohortUnit: String, Sendable, CaseIterable {
    case week
    case month
}

/// Engagement by the time at which people became contacts.
package struct CohortReport: Sendable, Equatable {
    package struct Cohort: Sendable, Equatable {
        /// The first day of its week or month, in UTC; nil for people of whom it is not known.
        package let start: String?
        package let sent: Int
        package let delivered: Int
        package let hardBounced: Int
        package let complained: Int
        package let opened: Int
        package let clicked: Int
        package let unsubscribed: Int

        package var rates: ReportRates {
            ReportRates(
                sent: sent,
                delivered: delivered,
                bounced: hardBounced,
                complained: complained,
                opened: opened,
                clicked: clicked,
                unsubscribed: unsubscribed
            )
        }
    }

    package let unit: CohortUnit
    package let cohorts: [Cohort]
    package let progress: ReportProgress
}
