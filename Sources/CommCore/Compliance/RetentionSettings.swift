/// How many days a tenant keeps what; nil: for ever.
package struct RetentionSettings: Sendable, Equatable {
    package var eventsDays: Int?
    package var deliveriesDays: Int?
    package var auditDays: Int?
    package var importErrorsDays: Int?
    package var deletedContactsDays: Int?

    package init(
        eventsDays: Int? = nil,
        deliveriesDays: Int? = nil,
        auditDays: Int? = nil,
        importErrorsDays: Int? = nil,
        deletedContactsDays: Int? = nil
    ) {
        self.eventsDays = eventsDays
        self.deliveriesDays = deliveriesDays
        self.auditDays = auditDays
        self.importErrorsDays = importErrorsDays
        self.deletedContactsDays = deletedContactsDays
    }

    /// Of a tenant that has set none.
    package static let standard = RetentionSettings(importErrorsDays: 90)
}
