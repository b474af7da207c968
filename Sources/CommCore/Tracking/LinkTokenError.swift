/// Why a link token was refused or could not be made.
package struct LinkTokenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    package enum Code: String, Sendable, CaseIterable {
        /// Not three parts of base64url, or claims that are not what this module writes.
        case malformed
        /// Longer than `LinkTokenVerifier.largestToken` bytes.
        case tooLong
        /// The header names another algorithm than HS256, `none` included.
        case unsupportedAlgorithm
        /// The header names a key that is not known (any more).
        case unknownKey
        /// The signature is not that of the named key.
        case badSignature
        /// The token is for something else: another issuer or audience.
        case wrongAudience
        /// The token's time is over.
        case expired
        /// The target is not an absolute http or https URL.
        case invalidURL
        /// The secret or its name cannot be used.
        case invalidKey
    }

    /// What kind of refusal it is.
    package let code: Code
    /// A sentence for the log; holds nothing of the token.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
