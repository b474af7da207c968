/// Why a message was refused.
package typealias MessageError = Refusal<MessageErrorCode>

package enum MessageErrorCode: String, RefusalCode, CaseIterable {
    case invalid
    case notFound
    /// The content breaks a limit of the compile step; `problems` say which.
    case contentRefused
    /// There is a template of that name, channel and language already.
    case exists
}
