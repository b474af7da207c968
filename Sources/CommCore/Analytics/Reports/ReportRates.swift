/// Shares in per cent, exact to two digits; 0 of nothing.
///
/// `docs/analytics.md` says of what.
package struct ReportRates: Sendable, Equatable {
    package let delivery: Double
    package let bounce: Double
    package let complaint: Double
    package let open: Double
    package let click: Double
    /// Of those who opened.
    package let clickToOpen: Double
    package let unsubscribe: Double

    package init(_ counts: ReportCounts) {
        self.init(
            sent: counts.sent,
            delivered: counts.delivered,
            bounced: counts.bounced,
            complained: counts.complained,
            opened: counts.opened,
            clicked: counts.clicked,
            unsubscribed: counts.unsubscribed
        )
    }

    package init(sent: Int, delivered: Int, bounced: Int, complained: Int, opened: Int, clicked: Int, unsubscribed: Int) {
        delivery = Self.share(delivered, of: sent)
        bounce = Self.share(bounced, of: sent)
        complaint = Self.share(complained, of: delivered)
        open = Self.share(opened, of: delivered)
        click = Self.share(clicked, of: delivered)
        clickToOpen = Self.share(clicked, of: opened)
        unsubscribe = Self.share(unsubscribed, of: delivered)
    }

    /// Rounded to hundredths of a per cent.
    package static func share(_ part: Int, of whole: Int) -> Double {
        whole > 0 ? (Double(part) * 10_000 / Double(whole)).rounded() / 100 : 0
    }

    /// Rounded to whole per cent.
    package static func wholePercent(_ part: Int, of whole: Int) -> Int {
        whole > 0 ? Int((Double(part) * 100 / Double(whole)).rounded()) : 0
    }
}
