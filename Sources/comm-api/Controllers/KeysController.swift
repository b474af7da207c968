import CommCore
import FoundationEssentials
import Hummingbird

/// API keys: made (shown once), listed, revoked.
struct KeysController: Sendable {
    private struct CreateRequest: RequestFields {
        let name: String?
        let scopes: [String]?
        let expiresAt: Date?

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
            scopes = fields.strings("scopes")
            expiresAt = fields.date("expires_at")
        }
    }

    private struct KeyWire: Encodable {
        /// Only in the answer to its making.
        let key: String?
        let id: UUID
        let name: String
        let scopes: [String]
        let createdAt: Date
        @OrNull var expiresAt: Date?
        @OrNull var revokedAt: Date?
        @OrNull var lastUsedAt: Date?

        init(_ key: APIKey, text: String? = nil) {
            self.key = text
            id = key.id
            name = key.name
            scopes = key.scopes.map(\.rawValue)
            createdAt = key.createdAt
            _expiresAt = OrNull(wrappedValue: key.expiresAt)
            _revokedAt = OrNull(wrappedValue: key.revokedAt)
            _lastUsedAt = OrNull(wrappedValue: key.lastUsedAt)
        }
    }

    let keys: APIKeyRepository
    let bodyLimit: Int

    /// A key cannot give what it does not have itself.
    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CreateRequest = try await request.fields(limit: bodyLimit)
        let scopes = body.scopes ?? []
        for (index, word) in scopes.enumerated() {
            guard let scope = APIScope(rawValue: word), !context.caller.permits(scope) else { continue }
            throw Problem.invalid("scopes[\(index)]", "The calling key lacks the scope \(word) and cannot give it", code: "forbidden")
        }
        let created = try await keys.create(tenantID: context.tenantID, name: body.name ?? "", scopes: scopes, expiresAt: body.expiresAt)
        var response = try Answer(KeyWire(created.key, text: created.text), message: "Keep the key: it is not shown again").response()
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// Newest first, revoked ones too.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await keys.list(tenantID: context.tenantID).map { KeyWire($0) })
    }

    /// Ends a key at once; again it changes nothing.
    func revoke(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(KeyWire(try await keys.revoke(tenantID: context.tenantID, id: try context.id())), message: "API key revoked")
    }
}
