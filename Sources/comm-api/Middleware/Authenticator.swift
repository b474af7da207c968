import CommCore
import Crypto
import FoundationEssentials
import HTTPTypes

/// Decides who is asking, from the headers of a request.
struct Authenticator: Sendable {
    private let tenants: TenantRepository
    private let keys: APIKeyRepository
    private let internalToken: SHA256.Digest

    init(tenants: TenantRepository, keys: APIKeyRepository, internalToken: Secret) {
        self.tenants = tenants
        self.keys = keys
        self.internalToken = SHA256.hash(data: Array(internalToken.reveal().utf8))
    }

    /// The caller of a tenant's route: an API key, or the platform for the tenant that it names.
    ///
    /// `X-Tenant-Id` proves nothing: beside a key it must name the key's tenant, alone it is refused.
    func caller(_ headers: HTTPFields) async throws -> Caller {
        if let text = Self.bearer(headers) {
            let key = try await keys.authenticate(text)
            if let tenantID = try Self.tenantID(headers), tenantID != key.tenantID {
                throw Problem.forbidden("X-Tenant-Id names another tenant than the API key", code: "tenant_mismatch")
            }
            return .key(key)
        }
        guard headers[.internalToken] != nil else {
            throw headers[.tenantID] == nil
                ? Problem.unauthorized("Send an API key: Authorization: Bearer cb_…")
                : Problem.unauthorized(
                    "X-Tenant-Id alone proves nothing: send an API key (Authorization: Bearer cb_…) or X-Internal-Token with it"
                )
        }
        try requirePlatform(headers)
        guard let tenantID = try Self.tenantID(headers) else {
            throw Problem.invalid("X-Tenant-Id", "Missing X-Tenant-Id", code: "required")
        }
        _ = try await tenants.requireActive(tenantID: tenantID)
        return .platform(tenantID: tenantID)
    }

    /// Refuses whoever does not hold the internal token.
    func requirePlatform(_ headers: HTTPFields) throws {
        // Digests compare in constant time and have the same length, whatever was sent.
        guard let token = headers[.internalToken], SHA256.hash(data: Array(token.utf8)) == internalToken else {
            throw Problem.unauthorized("Unauthorized (internal)")
        }
    }

    private static func bearer(_ headers: HTTPFields) -> String? {
        guard let parts = headers[.authorization]?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "bearer"
        else { return nil }
        return String(parts[1])
    }

    private static func tenantID(_ headers: HTTPFields) throws -> UUID? {
        guard let text = headers[.tenantID] else { return nil }
        guard let id = UUID(uuidString: text) else { throw Problem.invalid("X-Tenant-Id", "X-Tenant-Id must be a UUID") }
        return id
    }
}
