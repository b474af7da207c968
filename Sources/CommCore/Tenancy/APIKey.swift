import FoundationEssentials

/// A credential of a tenant, without its secret.
package struct APIKey: Sendable, Equatable {
    package let id: UUID
    package let tenantID: UUID
    package let name: String
    package let scopes: [APIScope]
    package let createdAt: Date
    package let expiresAt: Date?
    package let revokedAt: Date?
    /// Exact to a minute: it is not written with every request.
    package let lastUsedAt: Date?
}

/// A new key with its text, which is shown this once and cannot be had again.
package struct CreatedAPIKey: Sendable {
    package let key: APIKey
    package let text: String
}

/// Who is asking: a key that proved itself, of an active tenant.
package struct AuthenticatedKey: Sendable, Equatable {
    package let tenantID: UUID
    package let keyID: UUID
    package let scopes: Set<APIScope>

    package init(tenantID: UUID, keyID: UUID, scopes: Set<APIScope>) {
        self.tenantID = tenantID
        self.keyID = keyID
        self.scopes = scopes
    }

    package func permits(_ scope: APIScope) -> Bool {
        scopes.contains(.all) || scopes.contains(scope)
    }
}
