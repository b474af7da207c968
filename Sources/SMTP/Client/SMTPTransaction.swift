import NIOCore

/// One message on its way: which commands were sent, which answers are due, what they mean.
///
/// Pure: `SMTPSession` performs it.
struct SMTPTransaction {
    /// A command of the transaction, in its order.
    enum Step: Equatable {
        case reset, mail
        case recipient(Int)
        case data
    }

    /// What to do after an answer.
    enum Action: Equatable {
        case wait
        case write(String)
        case writeContent
        /// The server waits for a content although it took no recipient: only the final dot is sent.
        case writeEmptyContent
        case finish
    }

    let message: SMTPMessage
    private let extensions: SMTPExtensions
    private var unsent: ArraySlice<Step>
    private var due: ArraySlice<Step> = []
    private var outcomes: [SMTPOutcome?]
    private var accepted: [Int] = []
    private var contentState = ContentState.none

    private enum ContentState {
        case none, sent, empty
    }

    /// Whether the session needs RSET before its next message.
    private(set) var needsReset = true

    init(_ message: SMTPMessage, _ extensions: SMTPExtensions, reset: Bool) {
        self.message = message
        self.extensions = extensions
        unsent = ((reset ? [.reset] : []) + [.mail] + message.recipients.indices.map(Step.recipient) + [.data])[...]
        outcomes = Array(repeating: nil, count: message.recipients.count)
    }

    /// Whether the answer to the content is due, so that a lost connection leaves the outcome unknown.
    var isHandedOver: Bool { contentState == .sent }

    /// The commands to send first: all with PIPELINING (RFC 2920), else one.
    mutating func start() -> String {
        extensions.pipelining ? takeCommands(unsent.count) : takeCommands(1)
    }

    private mutating func takeCommands(_ count: Int) -> String {
        let steps = unsent.prefix(count)
        unsent = unsent.dropFirst(count)
        due += steps
        return steps.map(command).joined()
    }

    private func command(_ step: Step) -> String {
        switch step {
        case .reset: "RSET\r\n"
        case .mail: "MAIL FROM:<\(message.sender)>\(parameters)\r\n"
        case .recipient(let index): "RCPT TO:<\(message.recipients[index])>\r\n"
        case .data: "DATA\r\n"
        }
    }

    private var parameters: String {
        (extensions.size ? " SIZE=\(message.size)" : "")
            + (extensions.eightBitMIME && message.requires8BitMIME ? " BODY=8BITMIME" : "")
            + (message.requiresUTF8 ? " SMTPUTF8" : "")
    }

    /// Takes the answer to the oldest command.
    mutating func received(_ reply: SMTPReply) -> Action {
        switch contentState {
        case .empty: return .finish
        case .sent:
            needsReset = !reply.isPositive
            decide(SMTPOutcome(reply))
            return .finish
        case .none: break
        }
        guard let step = due.popFirst() else { return .finish }
        switch step {
        case .reset: break
        case .mail: if !reply.isPositive { decideAll(Self.refusal(ofSender: reply)) }
        case .recipient(let index): receivedRecipient(index, reply)
        case .data: return receivedData(reply)
        }
        return nextCommand()
    }

    /// What a refusal of MAIL FROM means: no recipient is at fault.
    ///
    /// 552 and 5.3.4 are about the announced size (RFC 1870, section 6.1).
    private static func refusal(ofSender reply: SMTPReply) -> SMTPOutcome {
        guard reply.isPermanent else { return SMTPOutcome(reply) }
        let isAboutSize = reply.code == 552 || reply.enhancedCode == "5.3.4"
        return .notSent(
            isAboutSize
                ? SMTPError(.messageTooLarge, "the server does not take a message of this size", reply: reply)
                : SMTPError(.senderRefused, "the server refuses the sender", reply: reply)
        )
    }

    private mutating func receivedRecipient(_ index: Int, _ reply: SMTPReply) {
        guard outcomes[index] == nil else { return }
        if reply.isPositive {
            accepted.append(index)
        } else {
            outcomes[index] = SMTPOutcome(reply)
        }
    }

    private mutating func receivedData(_ reply: SMTPReply) -> Action {
        guard reply.code == 354 else {
            let isNonsense = reply.isPositive
            decide(isNonsense ? .notSent(SMTPError(.protocolViolation, "DATA was answered by \(reply.code)")) : SMTPOutcome(reply))
            return .finish
        }
        contentState = accepted.isEmpty ? .empty : .sent
        return accepted.isEmpty ? .writeEmptyContent : .writeContent
    }

    private mutating func nextCommand() -> Action {
        guard due.isEmpty else { return .wait }
        // Without pipelining there is no use in DATA when nobody is left to get it.
        let isHopeless = outcomes.allSatisfy { $0 != nil }
        guard let step = unsent.first, !isHopeless, !(step == .data && accepted.isEmpty) else { return .finish }
        return .write(takeCommands(1))
    }

    /// Ends the transaction because the connection did: what was decided stays.
    mutating func abort(_ error: SMTPError) {
        decideAll(isHandedOver ? .unknown(error) : .notSent(error))
    }

    /// Ends the transaction by 421, which any command may get.
    mutating func abort(_ reply: SMTPReply) {
        decideAll(.deferred(reply))
    }

    /// One outcome for each recipient of the message.
    var result: [SMTPOutcome] {
        outcomes.map { $0 ?? .notSent(SMTPError(.protocolViolation, "the transaction ended early")) }
    }

    private mutating func decide(_ outcome: SMTPOutcome) {
        for index in accepted where outcomes[index] == nil { outcomes[index] = outcome }
    }

    private mutating func decideAll(_ outcome: SMTPOutcome) {
        for index in outcomes.indices where outcomes[index] == nil { outcomes[index] = outcome }
        accepted = []
    }
}
