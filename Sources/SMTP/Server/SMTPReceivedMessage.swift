/// A message that a server has taken in.
package struct SMTPReceivedMessage: Sendable {
    /// The reverse path, empty for a bounce.
    package let sender: String
    package let recipients: [String]
    /// The content without dot-stuffing, every line ended by CRLF.
    package let content: [UInt8]
    /// Whether it came over TLS.
    package let isEncrypted: Bool
    /// Who authenticated, if anybody did.
    package let user: String?
}
