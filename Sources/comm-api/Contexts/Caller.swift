import CommCore
import FoundationEssentials

/// Who asks for a tenant's data, and by which credential.
enum Caller: Sendable, Equatable {
    /// An API key of the tenant.
    case key(AuthenticatedKey)
    /// The platform itself, by the internal token, for a tenant that it names.
    case platform(tenantID: UUID)

    var tenantID: UUID {
        switch self {
        case .key(let key): key.tenantID
        case .platform(let tenantID): tenantID
        }
    }

    /// Names the credential in idempotency scopes and logs.
    var credential: String {
        switch self {
        case .key(let key): "key:\(key.keyID.uuidString.lowercased())"
        case .platform: "platform"
        }
    }

    /// Whether it is the platform itself, and so the operator.
    var isPlatform: Bool {
        if case .platform = self { true } else { false }
    }

    func permits(_ scope: APIScope) -> Bool {
        switch self {
        case .key(let key): key.permits(scope)
        case .platform: true
        }
    }
}
