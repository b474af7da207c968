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
        let first = try Step(message, recipient, compile(message))
        let others = try fallbacks(of: draft, now: now)
        let receipt = try await client.withTenant(tenantID) { connection in
            let (request, values) = try await store(first, tenantID: tenantID, now: now, on: connection)
            let id = UUIDv7.make(at: now)
            var before = id
            for step in others {
                let (request, values) = try await store(step, tenantID: tenantID, now: now, on: connection)
                let next = UUIDv7.make(at: now)
                try await FallbackRepository.insert(
                    FallbackRepository.Fallback(afterID: before, id: next, request: request, address: step.address, values: values),
                    on: connection
                )
                before = next
            }
            let queued = MessageRequestRepository.Queued(id: id, address: first.address, values: values)
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
        guard draft.fallbacks.isEmpty else {
            throw MessageError.invalid([FieldProblem(field: "fallback", code: "conflict", message: "fallback is for single messages")])
        }
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
            try await MessageRequestRepository.tell(request, on: connection)
            return intake.receipt(of: request, total: recipients.count, queued: queued)
        }
        if receipt.queued > 0, receipt.dueAt <= now { await bell.ring(receipt.priority) }
        return receipt
    }

    /// A message to one recipient on one channel.
    private struct Step: Sendable {
        let message: CheckedMessage
        let address: MessageAddress
        let variables: [String: AttributeValue]
        /// Nil when a template says it.
        let program: RenderProgram?

        init(_ message: CheckedMessage, _ recipient: MessageRecipientDraft, _ program: RenderProgram?) throws {
            self.message = message
            address = try MessageSubmitter.address(of: recipient, channel: message.channel)
            variables = recipient.variables
            self.program = program
        }
    }

    /// The same message on its further channels; what is wrong is named under `fallback[n]`.
    private func fallbacks(of draft: MessageDraft, now: Date) throws -> [Step] {
        guard draft.fallbacks.count <= MessageLimits.fallbacks else {
            let problem = FieldProblem(
                field: "fallback",
                code: "too_many",
                message: "fallback has more than \(MessageLimits.fallbacks) entries"
            )
            throw MessageError.invalid([problem])
        }
        return try draft.fallbacks.enumerated().map { index, fallback in
            var next = draft
            next.channel = fallback.channel
            next.content = fallback.content
            next.pushData = fallback.pushData
            (next.gateway, next.fallbacks) = (nil, [])
            if fallback.channel.flatMap(Channel.init(rawValue:)) != .email {
                (next.from, next.fromName, next.replyTo, next.headers, next.attachments) = (nil, nil, nil, nil, nil)
            }
            do {
                let message = try CheckedMessage(next, now: now)
                return try Step(message, fallback.recipient, compile(message))
            } catch let error as MessageError {
                throw MessageError(
                    error.code,
                    "fallback[\(index)]: \(error.message)",
                    problems: error.problems.map { problem in
                        FieldProblem(field: "fallback[\(index)].\(problem.field)", code: problem.code, message: problem.message)
                    }
                )
            }
        }
    }

    private func store(
        _ step: Step,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> (request: NewMessageRequest, values: [String?]) {
        let request = try await prepare(step.message, step.program, tenantID: tenantID, now: now, on: connection)
        try await MessageRequestRepository.insert(request, total: 1, on: connection)
        let language = step.message.content.language
        return (request, request.content.values(of: step.variables, address: step.address.deliverable, language: language))
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
        // What the platform does with these messages is told by webhooks as for campaigns; of a block that is known, it is already.
        if let block = message.motorBlockID {
            try await WebhookRegistrationRepository.wish(tenantID: tenantID, motorBlockID: block, now: now, on: connection)
        }
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
            let kind =
                switch channel {
                case .email: "an e-mail address"
                case .sms: "a phone number like +4915112345678"
                case .push: "a registration token"
                }
            problems.append(FieldProblem(field: "recipient", code: error.reason, message: "recipient must be \(kind)"))
            throw MessageError.invalid(problems)
        }
    }
}
