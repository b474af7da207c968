/// Why a request about a suppression, a person, a consent or retention was refused.
package typealias ComplianceError = Refusal<ComplianceErrorCode>

package enum ComplianceErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
}
