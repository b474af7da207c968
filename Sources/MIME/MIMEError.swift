/// Why a mail could not be built or read.
package struct MIMEError: Error, Equatable, CustomStringConvertible {
    /// The closed set of reasons.
    package enum Code: String, Sendable {
        /// A header value holds CR, LF, NUL or another control character.
        case forbiddenCharacter
        /// A header name has characters outside RFC 5322 `ftext`, or is empty or too long.
        case invalidHeaderName
        /// The header is written by `MailMessage` itself, or appears twice.
        case reservedHeader
        /// An address is no `addr-spec`.
        case invalidAddress
        /// A Message-ID is no `id-left@id-right`.
        case invalidMessageID
        /// A boundary is empty, too long or has characters outside RFC 2046 `bchars`.
        case invalidBoundary
        /// A header that is never encoded (RFC 2047 §5) has characters outside ASCII.
        case notASCII
        /// A piece of a header cannot be folded below 998 octets.
        case tooLong
        /// The bytes are no mail: no header section, or a header line without a colon.
        case malformed
        /// A limit of the parser was passed.
        case limitExceeded
    }

    /// What went wrong.
    package let code: Code
    /// The header or field concerned; never its value, which may be personal data.
    package let field: String

    package init(_ code: Code, field: String) {
        self.code = code
        self.field = field
    }

    package var description: String { "\(code.rawValue) in \(field)" }
}
