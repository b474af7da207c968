import CommCore
import FoundationEssentials
import Hummingbird

/// What contacts agreed to and took back.
struct ConsentsController: Sendable {
    private struct RecordRequest: RequestFields {
        let draft: ConsentDraft

        init(_ fields: inout JSONFields) {
            draft = ConsentDraft(
                purpose: fields.string("purpose"),
                state: fields.string("state"),
                source: fields.string("source"),
                textVersion: fields.string("text_version"),
                ip: fields.string("ip"),
                at: fields.date("at")
            )
        }
    }

    private struct ConsentWire: Encodable {
        let id: UUID
        let contactID: UUID
        let purpose: String
        let state: String
        let source: String
        @OrNull var textVersion: String?
        @OrNull var ip: String?
        let at: Date
        let recordedAt: Date

        init(_ consent: Consent) {
            (id, contactID, purpose, state) = (consent.id, consent.contactID, consent.purpose, consent.state.rawValue)
            (source, at, recordedAt) = (consent.source, consent.at, consent.recordedAt)
            _textVersion = OrNull(wrappedValue: consent.textVersion)
            _ip = OrNull(wrappedValue: consent.ip)
        }
    }

    let consents: ConsentRepository
    let bodyLimit: Int

    func record(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: RecordRequest = try await request.fields(limit: bodyLimit)
        let consent = try await consents.record(tenantID: context.tenantID, contactID: try context.id(), draft: body.draft)
        return Answer(ConsentWire(consent), message: "Consent recorded")
    }

    /// Newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await consents.list(tenantID: context.tenantID, contactID: try context.id()).map(ConsentWire.init))
    }
}
