/// Why a template was refused.
package typealias TemplateError = Refusal<TemplateErrorCode>

package enum TemplateErrorCode: String, RefusalCode, CaseIterable {
    case notFound
    case invalid
    /// A campaign was made of it.
    case inUse
}

extension TemplateError {
    static var notFound: TemplateError { TemplateError(.notFound, "Not found") }
    static var inUse: TemplateError { TemplateError(.inUse, "Template is in use and cannot be deleted") }
}
