import CommCore
import Hummingbird

/// Whether a campaign's audience has what its mail asks for.
struct AudienceCheckController: Sendable {
    private struct CheckWire: Encodable {
        let recipients: Int64
        let fields: [FieldWire]
    }

    private struct FieldWire: Encodable {
        let field: String
        let missing: Int64
        let hasDefault: Bool
    }

    let checker: AudienceChecker

    /// How many recipients lack each field that the mail uses.
    func check(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let check = try await checker.check(tenantID: context.tenantID, campaignID: try context.id())
        return Answer(
            CheckWire(
                recipients: check.totalRecipients,
                fields: check.fields.map { FieldWire(field: $0.key, missing: $0.missing, hasDefault: $0.hasDefault) }
            )
        )
    }
}
