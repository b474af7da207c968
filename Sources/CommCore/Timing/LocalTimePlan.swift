import Foundation

/// When each recipient of a campaign is due: at the campaign's wall-clock time on the recipient's own clock.
package struct LocalTimePlan: Sendable, Equatable {
    /// The campaign's time on its own clock, as seconds since 1970 on that clock.
    let wallClock: TimeInterval
    /// The clock of recipients without one.
    let zone: TimeZone

    /// - Parameters:
    ///   - scheduledAt: the campaign's moment.
    ///   - zone: the campaign's zone.
    package init(scheduledAt: Date, zone: TimeZone) {
        wallClock = ZonedTime.wallClock(of: scheduledAt, in: zone)
        self.zone = zone
    }

    /// When a recipient of a zone is due.
    ///
    /// - Parameter zoneName: as the contact has it; nil and names that nobody knows count as the campaign's zone.
    package func due(zoneName: String?) -> Date {
        ZonedTime.moment(wallClock: wallClock, in: zoneName.flatMap(ZonedTime.zone(named:)) ?? zone)
    }
}

extension LocalTimePlan {
    /// The plan of a campaign whose zone may be unset: then UTC.
    init(scheduledAt: Date, zoneName: String?) {
        self.init(scheduledAt: scheduledAt, zone: zoneName.flatMap(ZonedTime.zone(named:)) ?? .gmt)
    }
}
