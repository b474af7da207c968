import FoundationEssentials

/// The client's lines of AUTH PLAIN (RFC 4616) or AUTH LOGIN.
struct SMTPAuthentication {
    private var lines: ArraySlice<String>

    /// The stronger form that the server offers, nil for none: PLAIN takes one line, LOGIN three.
    init?(_ credentials: SMTPConfiguration.Credentials, mechanisms: Set<String>) {
        if mechanisms.contains("PLAIN") {
            lines = ["AUTH PLAIN \(Self.base64("\0\(credentials.user)\0\(credentials.password)"))\r\n"]
        } else if mechanisms.contains("LOGIN") {
            lines = ["AUTH LOGIN\r\n", "\(Self.base64(credentials.user))\r\n", "\(Self.base64(credentials.password))\r\n"]
        } else {
            return nil
        }
    }

    /// The first line.
    mutating func start() -> String { lines.popFirst() ?? "" }

    /// The answer to a challenge, nil when the mechanism has no more to say.
    mutating func next() -> String? { lines.popFirst() }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
