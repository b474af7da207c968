import FoundationEssentials
import Postgres

/// Takes messages that clients ask for: checks them, compiles what they say and puts them into the queue.
///
/// What is answered is durable: request and messages are committed, and only then senders are told.
package struct MessageSubmitter: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource
    private let compiler: MessageCompiler
    private let bell: ExpressBell

    package init(client: PostgresClient, time: any TimeSource, compiler: MessageCompiler, bell: ExpressBell) {
        self.client = client
        self.time = time
        self.compiler = compiler
        self.bell = bell
    }

    /// Queues one message.
    ///
    /// - Throws: `MessageError`.
    package func submit(
        _ draft: MessageDraft,
        to recipient: MessageRecipientDraft,
        tenantID: UUID
    ) async throws -> MessageReceipt {
        let now = time.now
        let message = try CheckedMessage(draft, now: now)
        let address = try Self.address(of: recipient, channel: message.channel)
        let compiled = try compile(message)
        let receipt = try await client.withTenant(tenantID) { connection in
            let request = try await prepare(message, compiled, tenantID: tenantID, now: now, on: connection)
            let id = UUIDv7.make(at: now)
            try await MessageRequestRepository.insert(request, total: 1, on: connection)
            let values = request.content.values(of: recipient.variables, address: address.deliverable, language: message.content.language)
            let queued = MessageRequestRepository.Queued(id: id, address: address, values: values)
            try await MessageRequestRepository.enqueue(queued, of: request, on: connection)
            return request.receipt(of: id)
        }
        if !receipt.isScheduled { await bell.ring(receipt.priority) }
        return receipt
    }

    /// Queues one message for each of many recipients, in one transaction.
    ///
    /// Recipients that cannot be sent to are counted and named; they do not stop the others.
    ///
    /// - Throws: `MessageError` for what all messages share.
    package func submit(
        _ draft: MessageDraft,
        to recipients: [MessageRecipientDraft],
        tenantID: UUID
    ) async throws -> BulkMessageReceipt {
        let now = time.now
        let message = try CheckedMessage(draft, now: now)
        guard !recipients.isEmpty else { throw MessageError.invalid([.required("recipients")]) }
        let compiled = try compile(message)
        let receipt = try await client.withTenant(tenantID) { connection in
            let request = try await prepare(message, compiled, tenantID: tenantID, now: now, on: connection)
            var intake = BulkIntake(channel: message.channel)
            var queued = 0
            for start in stride(from: 0, to: recipients.count, by: BulkIntake.batch) {
                let rows = intake.take(recipients[start..<min(start + BulkIntake.batch, recipients.count)], of: request)
                let suppressed = try await MessageRequestRepository.enqueue(rows, first: start, of: request, on: connection)
                intake.note(suppressed)
                queued += rows.count - suppressed.count
            }
            try await MessageRequestRepository.insert(request, total: queued, on: connection)
            return intake.receipt(of: request, total: recipients.count, queued: queued)
        }
        if receipt.queued > 0, receipt.dueAt <= now { await bell.ring(receipt.priority) }
        return receipt
    }

    /// Compiled before a connection is taken; nil when a template says it.
    private func compile(_ message: CheckedMessage) throws -> RenderProgram? {
        guard message.content.template == nil else { return nil }
        return try compiler.compile(message.content, channel: message.channel).program
    }

    private func prepare(
        _ message: CheckedMessage,
        _ compiled: RenderProgram?,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> NewMessageRequest {
        let rules = try await MessageContentRepository.rules(for: message, tenantID: tenantID, on: connection)
        try Self.requireSender(message.options.fromAddress, in: rules.senderDomains)
        let content: MessageContent
        if let compiled {
            let program = (json: try compiled.encoded(), hash: try compiled.contentHash())
            let id = try await MessageContentRepository.store(
                program,
                fields: compiled.fields,
                channel: message.channel,
                tenantID: tenantID,
                now: now,
                on: connection
            )
            content = MessageContent(artifactID: id, fields: compiled.fields)
        } else if let template = rules.template {
            content = MessageContent(artifactID: template.artifactID, fields: template.fields, templateID: template.id)
        } else {
            let problem = FieldProblem(
                field: "template",
                code: "not_found",
                message: "template: there is no \(message.channel.rawValue) template of this name"
            )
            throw MessageError.invalid([problem])
        }
        return NewMessageRequest(
            tenantID: tenantID,
            id: UUIDv7.make(at: now),
            message: message,
            priority: MessageClass.priority(type: message.type, policy: rules.policy, wish: message.wish),
            content: content,
            motorBlockID: message.motorBlockID ?? rules.motorBlockID,
            createdAt: now
        )
    }

    private static func requireSender(_ from: String?, in domains: [String]) throws {
        guard !domains.isEmpty, let from, let address = try? EmailAddress(from), !domains.contains(address.domain) else { return }
        let problem = FieldProblem(field: "from", code: "not_allowed", message: "from is of a domain that the settings do not allow")
        throw MessageError.invalid([problem])
    }

    private static func address(of recipient: MessageRecipientDraft, channel: Channel) throws -> MessageAddress {
        var problems: [FieldProblem] = []
        guard let text = recipient.address, !text.isEmpty else { throw MessageError.invalid([.required("recipient")]) }
        if recipient.variables.count > MessageLimits.variables {
            problems.append(FieldProblem(field: "variables", code: "too_many", message: "variables has too many values"))
        }
        do {
            let address = try MessageAddress(text, channel: channel)
            guard problems.isEmpty else { throw MessageError.invalid(problems) }
            return address
        } catch let error as MessageAddressProblem {
            let kind = switch channel {
            case .email: "an e-mail address"
            case .sms: "a phone number like +4915112345678"
            case .push: "a registration token"
            }
            problems.append(FieldProblem(field: "recipient", code: error.reason, message: "recipient must be \(kind)"))
            throw MessageError.invalid(problems)
        }
    }
}
