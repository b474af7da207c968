/// What a server offers in its answer to EHLO (RFC 5321 §4.1.1.1).
struct SMTPExtensions: Sendable, Equatable {
    var pipelining = false
    var startTLS = false
    var eightBitMIME = false
    var smtpUTF8 = false
    /// Whether MAIL may carry SIZE.
    var size = false
    /// The largest message in octets, nil when not said.
    var maximumSize: Int?
    /// Mechanisms of AUTH, in upper case.
    var mechanisms: Set<String> = []

    init() {}

    /// Reads the lines behind the server's name.
    init(_ reply: SMTPReply) {
        for line in reply.lines.dropFirst() {
            // Some old servers write AUTH=LOGIN.
            let words = line.uppercased().replacing("AUTH=", with: "AUTH ").split(separator: " ")
            switch words.first {
            case "PIPELINING": pipelining = true
            case "STARTTLS": startTLS = true
            case "8BITMIME": eightBitMIME = true
            case "SMTPUTF8": smtpUTF8 = true
            case "AUTH": mechanisms.formUnion(words.dropFirst().map(String.init))
            case "SIZE":
                size = true
                maximumSize = words.dropFirst().first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
            default: break
            }
        }
    }
}
