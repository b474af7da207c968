/// A change of the retention: what is not given stays, `0` means for ever.
package struct RetentionPatch: Sendable {
    package var events: Int?
    package var deliveries: Int?
    package var audit: Int?
    package var importErrors: Int?
    package var deletedContacts: Int?

    package init(
        events: Int? = nil,
        deliveries: Int? = nil,
        audit: Int? = nil,
        importErrors: Int? = nil,
        deletedContacts: Int? = nil
    ) {
        self.events = events
        self.deliveries = deliveries
        self.audit = audit
        self.importErrors = importErrors
        self.deletedContacts = deletedContacts
    }

    private static let most = 36_500

    /// What is wrong with it.
    var problems: [FieldProblem] {
        var check = FieldCheck()
        for (field, value, least) in [
            ("events_days", events, 30), ("deliveries_days", deliveries, 30), ("audit_days", audit, 90),
            ("import_errors_days", importErrors, 1), ("deleted_contacts_days", deletedContacts, 1),
        ] {
            guard let value, value != 0, !(least...Self.most).contains(value) else { continue }
            check.add(field, "invalid", "\(field) must be from \(least) to \(Self.most), or 0 to keep for ever")
        }
        return check.problems
    }

    func applied(to settings: RetentionSettings) -> RetentionSettings {
        func days(_ given: Int?, _ kept: Int?) -> Int? { given.map { $0 == 0 ? nil : $0 } ?? kept }
        return RetentionSettings(
            eventsDays: days(events, settings.eventsDays),
            deliveriesDays: days(deliveries, settings.deliveriesDays),
            auditDays: days(audit, settings.auditDays),
            importErrorsDays: days(importErrors, settings.importErrorsDays),
            deletedContactsDays: days(deletedContacts, settings.deletedContactsDays)
        )
    }
}
