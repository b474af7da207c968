import CommCore
import Hummingbird

/// How long a tenant keeps what.
struct RetentionController: Sendable {
    private struct PatchRequest: RequestFields {
        let patch: RetentionPatch

        init(_ fields: inout JSONFields) {
            patch = RetentionPatch(
                events: fields.int("events_days"),
                deliveries: fields.int("deliveries_days"),
                audit: fields.int("audit_days"),
                importErrors: fields.int("import_errors_days"),
                deletedContacts: fields.int("deleted_contacts_days")
            )
        }
    }

    /// Days; null: for ever.
    private struct SettingsWire: Encodable {
        @OrNull var eventsDays: Int?
        @OrNull var deliveriesDays: Int?
        @OrNull var auditDays: Int?
        @OrNull var importErrorsDays: Int?
        @OrNull var deletedContactsDays: Int?

        init(_ settings: RetentionSettings) {
            _eventsDays = OrNull(wrappedValue: settings.eventsDays)
            _deliveriesDays = OrNull(wrappedValue: settings.deliveriesDays)
            _auditDays = OrNull(wrappedValue: settings.auditDays)
            _importErrorsDays = OrNull(wrappedValue: settings.importErrorsDays)
            _deletedContactsDays = OrNull(wrappedValue: settings.deletedContactsDays)
        }
    }

    let retention: RetentionRepository
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(SettingsWire(try await retention.get(tenantID: context.tenantID)))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        return Answer(SettingsWire(try await retention.update(tenantID: context.tenantID, patch: body.patch)), message: "Settings updated")
    }
}
