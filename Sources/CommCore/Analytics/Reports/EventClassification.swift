/// The contract's classes of events, by which `/analytics` of a campaign counts.
///
/// By the word of the type: clicked, delivered, hard and soft bounces, failed; everything else, so also what was handed over, deferred,
/// opened and complained about, is `accepted`.
package struct EventClassification: Sendable, Equatable {
    package let accepted: Int
    package let delivered: Int
    package let hardBounce: Int
    package let softBounce: Int
    package let failed: Int
    package let clicked: Int

    package init(_ counts: ReportCounts) {
        accepted =
            counts.sent + counts.accepted + counts.deferred + counts.complained + counts.blocked + counts.opens + counts.unsubscribed
            + counts.resubscribed
        (delivered, hardBounce, softBounce) = (counts.delivered, counts.hardBounced, counts.softBounced)
        (failed, clicked) = (counts.rejected, counts.clicks)
    }

    package var all: Int { accepted + delivered + hardBounce + softBounce + failed + clicked }

    /// Whole per cent: (delivered + accepted) of all events.
    package var deliveryRate: Int { ReportRates.wholePercent(delivered + accepted, of: all) }
    /// Whole per cent: accepted of all events.
    package var acceptanceRate: Int { ReportRates.wholePercent(accepted, of: all) }
    /// Whole per cent: clicks of deliveries.
    package var clickRate: Int { ReportRates.wholePercent(clicked, of: delivered) }

    /// One day of the contract's breakdown.
    package var breakdown: [String: Int] {
        [
            "accepted": accepted, "delivered": delivered, "hard_bounce": hardBounce, "soft_bounce": softBounce, "clicked": clicked,
            "failed": failed,
        ]
    }

    /// The class of one event.
    package static func name(of event: StoredEvent) -> String {
        switch event.type {
        case "clicked", "delivered", "failed": event.type
        case "bounced": event.details.isSoftBounce ? "soft_bounce" : "hard_bounce"
        default: "accepted"
        }
    }
}
