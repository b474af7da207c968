import FoundationEssentials

/// The server's side of a connection as a state machine without a socket: lines and contents go in, actions come out.
struct SMTPServerSession {
    enum Action {
        case reply(SMTPReply)
        /// The octets that follow are the content.
        case readContent
        case beginTLS
        case close
        /// Nothing more is ever answered.
        case stall
    }

    private enum Login {
        case plain, user
        case password(user: String)
    }

    private let configuration: SMTPServerConfiguration
    private let policy: SMTPServerPolicy
    private var isGreeted = false
    private var isEncrypted = false
    private var user: String?
    private var login: Login?
    private var sender: String?
    private var recipients: [String] = []

    init(_ configuration: SMTPServerConfiguration, _ policy: SMTPServerPolicy) {
        self.configuration = configuration
        self.policy = policy
    }

    func connected() -> [Action] {
        actions(policy.greeting(), accepted: SMTPReply(220, "\(configuration.name) ESMTP"))
    }

    /// Takes a command line without its end.
    mutating func command(_ line: String) -> [Action] {
        if let login { return continueLogin(login, line) }
        let words = line.split(separator: " ", maxSplits: 1)
        let argument = words.count > 1 ? String(words[1]) : ""
        switch words.first.map({ $0.uppercased() }) {
        case "EHLO": return hello(argument, extended: true)
        case "HELO": return hello(argument, extended: false)
        case "STARTTLS": return startTLS()
        case "AUTH": return startLogin(argument)
        case "MAIL": return mail(argument)
        case "RCPT": return recipient(argument)
        case "DATA": return data()
        case "RSET":
            forget()
            return [.reply(SMTPReply(250, "2.0.0 Ok"))]
        case "NOOP": return [.reply(SMTPReply(250, "2.0.0 Ok"))]
        case "VRFY": return [.reply(SMTPReply(252, "2.1.5 Try it"))]
        case "QUIT": return [.reply(SMTPReply(221, "2.0.0 Bye")), .close]
        default: return [.reply(SMTPReply(500, "5.5.2 Command not recognized"))]
        }
    }

    /// Takes what `ContentReader` made of the content.
    mutating func content(_ progress: ContentReader.Progress) -> [Action] {
        defer { forget() }
        switch progress {
        case .needsMore: return []
        case .bareLineEnd: return [.reply(SMTPReply(521, "5.5.2 Bare CR or LF refused")), .close]
        case .tooLarge: return [.reply(SMTPReply(552, "5.3.4 Message too big"))]
        case .complete(let content):
            let message = SMTPReceivedMessage(
                sender: sender ?? "",
                recipients: recipients,
                content: content,
                isEncrypted: isEncrypted,
                user: user
            )
            return actions(policy.message(message), accepted: SMTPReply(250, "2.0.0 Ok: queued"))
        }
    }

    private func actions(_ decision: SMTPServerPolicy.Decision, accepted: SMTPReply) -> [Action] {
        switch decision {
        case .accept: [.reply(accepted)]
        case .reply(let reply): reply.code == 421 ? [.reply(reply), .close] : [.reply(reply)]
        case .hangUp: [.close]
        case .stall: [.stall]
        }
    }

    private mutating func forget() {
        sender = nil
        recipients = []
    }
}

// MARK: - Session

extension SMTPServerSession {
    private mutating func hello(_ name: String, extended: Bool) -> [Action] {
        guard !name.isEmpty else { return [.reply(SMTPReply(501, "5.5.4 Name missing"))] }
        forget()
        isGreeted = true
        guard extended else { return [.reply(SMTPReply(250, configuration.name))] }
        var lines = [configuration.name, "SIZE \(configuration.maximumSize)", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if configuration.offersPipelining { lines.append("PIPELINING") }
        if configuration.tls != nil, !isEncrypted { lines.append("STARTTLS") }
        if configuration.authentication != nil { lines.append("AUTH PLAIN LOGIN") }
        return [.reply(SMTPReply(250, lines: lines))]
    }

    private mutating func startTLS() -> [Action] {
        guard configuration.tls != nil, !isEncrypted else { return [.reply(SMTPReply(502, "5.5.1 Not offered"))] }
        // What was said in the clear does not count (RFC 3207 §4.2).
        forget()
        isEncrypted = true
        isGreeted = false
        user = nil
        return [.reply(SMTPReply(220, "2.0.0 Go ahead")), .beginTLS]
    }

    private mutating func startLogin(_ argument: String) -> [Action] {
        guard configuration.authentication != nil else { return [.reply(SMTPReply(502, "5.5.1 Not offered"))] }
        guard user == nil, sender == nil else { return [.reply(SMTPReply(503, "5.5.1 Not now"))] }
        let words = argument.split(separator: " ").map(String.init)
        switch words.first?.uppercased() {
        case "PLAIN" where words.count > 1: return finishPlain(words[1])
        case "PLAIN":
            login = .plain
            return [.reply(SMTPReply(334, ""))]
        case "LOGIN":
            login = .user
            return [.reply(SMTPReply(334, "VXNlcm5hbWU6"))]
        default: return [.reply(SMTPReply(504, "5.5.4 Mechanism not offered"))]
        }
    }

    private mutating func continueLogin(_ step: Login, _ line: String) -> [Action] {
        login = nil
        switch step {
        case .plain: return finishPlain(line)
        case .user:
            login = .password(user: Self.decode(line))
            return [.reply(SMTPReply(334, "UGFzc3dvcmQ6"))]
        case .password(let user): return finishLogin(user, Self.decode(line))
        }
    }

    private mutating func finishPlain(_ line: String) -> [Action] {
        let fields = Self.decode(line).split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 3 else { return [.reply(SMTPReply(501, "5.5.2 Broken credentials"))] }
        return finishLogin(fields[1], fields[2])
    }

    private mutating func finishLogin(_ name: String, _ password: String) -> [Action] {
        guard let check = configuration.authentication, check(name, password) else {
            return [.reply(SMTPReply(535, "5.7.8 Credentials invalid"))]
        }
        user = name
        return [.reply(SMTPReply(235, "2.7.0 Welcome"))]
    }

    private static func decode(_ base64: String) -> String {
        Data(base64Encoded: base64).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

// MARK: - Envelope

extension SMTPServerSession {
    private mutating func mail(_ argument: String) -> [Action] {
        guard isGreeted, sender == nil else { return [.reply(SMTPReply(503, "5.5.1 Not now"))] }
        guard let path = SMTPPath(argument, keyword: "FROM:") else { return [.reply(SMTPReply(501, "5.1.7 Sender not understood"))] }
        if let size = path.parameter("SIZE").flatMap({ Int($0) }), size > configuration.maximumSize {
            return [.reply(SMTPReply(552, "5.3.4 Message too big"))]
        }
        let decision = policy.sender(path.address)
        if case .accept = decision { sender = path.address }
        return actions(decision, accepted: SMTPReply(250, "2.1.0 Ok"))
    }

    private mutating func recipient(_ argument: String) -> [Action] {
        guard sender != nil else { return [.reply(SMTPReply(503, "5.5.1 MAIL first"))] }
        guard let path = SMTPPath(argument, keyword: "TO:"), !path.address.isEmpty else {
            return [.reply(SMTPReply(501, "5.1.3 Recipient not understood"))]
        }
        guard recipients.count < configuration.maximumRecipients else { return [.reply(SMTPReply(452, "4.5.3 Too many recipients"))] }
        let decision = policy.recipient(path.address)
        if case .accept = decision { recipients.append(path.address) }
        return actions(decision, accepted: SMTPReply(250, "2.1.5 Ok"))
    }

    private mutating func data() -> [Action] {
        guard sender != nil else { return [.reply(SMTPReply(503, "5.5.1 MAIL first"))] }
        guard !recipients.isEmpty else { return [.reply(SMTPReply(554, "5.5.1 No valid recipients"))] }
        let decision = policy.data()
        guard case .accept = decision else { return actions(decision, accepted: SMTPReply(354, "")) }
        return [.reply(SMTPReply(354, "End data with <CR><LF>.<CR><LF>")), .readContent]
    }
}
