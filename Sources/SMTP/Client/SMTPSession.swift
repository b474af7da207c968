import NIOCore

/// The client's side of a connection as a state machine without a socket: answers go in, actions come out.
struct SMTPSession {
    /// What the owner of the socket has to do, in this order.
    enum Action {
        case write(String)
        case writeContent(ByteBuffer)
        /// Begin TLS; nothing may have been received behind the answer to STARTTLS.
        case beginTLS
        /// The session is set up and takes messages.
        case ready
        /// The outcomes of the message in hand.
        case finish([SMTPOutcome])
        /// The session cannot be set up.
        case fail(SMTPError)
        case close
        /// How long the next answer may take.
        case expect(Phase)
    }

    /// What an answer is waited for.
    enum Phase: Equatable {
        case greeting, command, content, idle, quit
    }

    private enum State {
        case greeting, hello, startTLS
        case authentication(SMTPAuthentication)
        case ready
        case transaction(SMTPTransaction)
        case quitting
        case closed
    }

    private let configuration: SMTPConfiguration
    private var state = State.greeting
    private var isEncrypted: Bool
    private var extensions = SMTPExtensions()
    private var needsReset = false

    init(_ configuration: SMTPConfiguration) {
        self.configuration = configuration
        isEncrypted = configuration.tls.mode == .implicit
    }

    /// Whether TLS has been begun, so that an error before the first answer is one of TLS.
    var isSettingUpTLS: Bool {
        switch state {
        case .greeting: configuration.tls.mode == .implicit
        case .hello: isEncrypted && configuration.tls.mode == .startTLS
        default: false
        }
    }

    /// Takes an answer of the server.
    mutating func received(_ reply: SMTPReply) -> [Action] {
        switch state {
        case .greeting: return greeted(reply)
        case .hello: return welcomed(reply)
        case .startTLS: return receivedStartTLS(reply)
        case .authentication(let exchange): return receivedAuthentication(exchange, reply)
        case .transaction(let transaction): return receivedTransaction(transaction, reply)
        case .quitting: return end([.close])
        case .ready:
            // The server speaks unasked only to say goodbye (421).
            return end([.close])
        case .closed: return []
        }
    }

    /// Takes a message; only in the state `ready`.
    mutating func submit(_ message: SMTPMessage) -> [Action] {
        guard case .ready = state else {
            return [.finish(message.notSent(SMTPError(.connectionClosed, "the connection is not ready")))]
        }
        if let error = obstacle(message) { return [.finish(message.notSent(error))] }
        var transaction = SMTPTransaction(message, extensions, reset: needsReset)
        let commands = transaction.start()
        state = .transaction(transaction)
        return [.write(commands), .expect(.command)]
    }

    /// Says goodbye when nothing is in hand.
    mutating func quit() -> [Action] {
        guard case .ready = state else { return [] }
        state = .quitting
        return [.write("QUIT\r\n"), .expect(.quit)]
    }

    /// Ends because the connection did, or must.
    mutating func failed(_ error: SMTPError) -> [Action] {
        switch state {
        case .greeting, .hello, .startTLS, .authentication: return end([.fail(error), .close])
        case .transaction(var transaction):
            transaction.abort(error)
            return end([.finish(transaction.result), .close])
        case .ready, .quitting: return end([.close])
        case .closed: return []
        }
    }

    /// What to do when an answer did not come in time.
    mutating func timedOut() -> [Action] {
        if case .ready = state { return quit() }
        return failed(SMTPError(.timedOut, "the server did not answer in time"))
    }

    private mutating func end(_ actions: [Action]) -> [Action] {
        state = .closed
        return actions
    }

    private func obstacle(_ message: SMTPMessage) -> SMTPError? {
        if let limit = extensions.maximumSize, message.size > limit {
            return SMTPError(.messageTooLarge, "the server takes \(limit) octets at most")
        }
        if message.requiresUTF8, !extensions.smtpUTF8 { return SMTPError(.extensionMissing, "the server has no SMTPUTF8") }
        if message.requires8BitMIME, !extensions.eightBitMIME { return SMTPError(.extensionMissing, "the server has no 8BITMIME") }
        return nil
    }
}

// MARK: - Setting up

extension SMTPSession {
    private mutating func greeted(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 220 else { return refuse("the server refused the connection", reply) }
        return hello()
    }

    private mutating func hello() -> [Action] {
        state = .hello
        return [.write("EHLO \(configuration.clientName)\r\n"), .expect(.greeting)]
    }

    private mutating func welcomed(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 250 else { return refuse("the server refused EHLO", reply) }
        extensions = SMTPExtensions(reply)
        if configuration.tls.mode == .startTLS, !isEncrypted {
            guard extensions.startTLS else {
                return end([.fail(SMTPError(.tlsFailed, "the server does not offer STARTTLS")), .close])
            }
            state = .startTLS
            return [.write("STARTTLS\r\n"), .expect(.greeting)]
        }
        return authenticate()
    }

    private mutating func receivedStartTLS(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 220 else {
            return end([.fail(SMTPError(.tlsFailed, "the server refused STARTTLS", reply: reply)), .close])
        }
        isEncrypted = true
        return [.beginTLS] + hello()
    }

    private mutating func authenticate() -> [Action] {
        guard let credentials = configuration.credentials else { return becomeReady() }
        guard isEncrypted || !configuration.authenticationRequiresTLS else {
            return end([.fail(SMTPError(.authenticationUnavailable, "credentials are not sent without TLS")), .close])
        }
        guard var exchange = SMTPAuthentication(credentials, mechanisms: extensions.mechanisms) else {
            return end([.fail(SMTPError(.authenticationUnavailable, "the server offers neither PLAIN nor LOGIN")), .close])
        }
        let line = exchange.start()
        state = .authentication(exchange)
        return [.write(line), .expect(.greeting)]
    }

    private mutating func receivedAuthentication(_ exchange: SMTPAuthentication, _ reply: SMTPReply) -> [Action] {
        var exchange = exchange
        if reply.code == 235 { return becomeReady() }
        guard reply.code == 334, let line = exchange.next() else {
            return end([.fail(SMTPError(.authenticationFailed, "the server refused the credentials", reply: reply)), .close])
        }
        state = .authentication(exchange)
        return [.write(line), .expect(.greeting)]
    }

    private mutating func becomeReady() -> [Action] {
        state = .ready
        return [.ready, .expect(.idle)]
    }

    private mutating func refuse(_ message: String, _ reply: SMTPReply) -> [Action] {
        end([.fail(SMTPError(.sessionRefused, message, reply: reply)), .close])
    }
}

// MARK: - Messages

extension SMTPSession {
    private mutating func receivedTransaction(_ transaction: SMTPTransaction, _ reply: SMTPReply) -> [Action] {
        var transaction = transaction
        if reply.code == 421 {
            transaction.abort(reply)
            return end([.finish(transaction.result), .close])
        }
        let action = transaction.received(reply)
        state = .transaction(transaction)
        switch action {
        case .wait: return []
        case .write(let commands): return [.write(commands), .expect(.command)]
        case .writeContent: return [.writeContent(transaction.message.wire), .expect(.content)]
        case .writeEmptyContent: return [.write(".\r\n"), .expect(.command)]
        case .finish:
            needsReset = transaction.needsReset
            state = .ready
            return [.finish(transaction.result), .expect(.idle)]
        }
    }
}
