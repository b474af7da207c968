/// Why a tenant or its credential was refused.
package struct TenancyError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
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

    package let code: Code
    /// A sentence for the client.
    package let message: String
    package let problems: [FieldProblem]

    package init(_ code: Code, _ message: String, problems: [FieldProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    static let notProvisioned = TenancyError(.notProvisioned, "Tenant not provisioned")
    static let notActive = TenancyError(.notActive, "Tenant not active")
    static let keyRefused = TenancyError(.keyRefused, "The API key is not valid")
    static let keyExpired = TenancyError(.keyExpired, "The API key has expired")
    static let keyRevoked = TenancyError(.keyRevoked, "The API key has been revoked")
}
