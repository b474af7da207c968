/// Why a tenant or its credential was refused.
package typealias TenancyError = Refusal<TenancyErrorCode>

package enum TenancyErrorCode: String, RefusalCode, CaseIterable {
    /// No tenant belongs to the account or id.
    case notProvisioned
    /// The tenant is paused or closed.
    case notActive
    /// The API key is malformed, unknown or wrong; which of them is not told.
    case keyRefused
    case keyExpired
    case keyRevoked
    case notFound
    case invalid
}

extension TenancyError {
    static var notProvisioned: TenancyError { TenancyError(.notProvisioned, "Tenant not provisioned") }
    static var notActive: TenancyError { TenancyError(.notActive, "Tenant not active") }
    static var keyRefused: TenancyError { TenancyError(.keyRefused, "The API key is not valid") }
    static var keyExpired: TenancyError { TenancyError(.keyExpired, "The API key has expired") }
    static var keyRevoked: TenancyError { TenancyError(.keyRevoked, "The API key has been revoked") }
}
