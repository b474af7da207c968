/// Why a request about limits was refused.
package typealias ThrottlingError = Refusal<ThrottlingErrorCode>

package enum ThrottlingErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
    /// There are as many as there may be.
    case tooMany
}
