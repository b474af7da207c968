import NIOCore
import NIOSSL

/// A message and where its outcomes go.
struct SMTPSubmission: Sendable {
    let message: SMTPMessage
    let promise: EventLoopPromise<[SMTPOutcome]>
}

/// Asks the handler to say goodbye and close.
struct SMTPQuitEvent: Sendable {}

/// Performs the actions of an `SMTPSession` on its channel.
///
/// Lives on the channel's event loop only.
final class SMTPClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = SMTPSubmission
    typealias OutboundOut = ByteBuffer

    private let configuration: SMTPConfiguration
    private let idleTimeout: Duration
    private let makeTLS: () throws -> NIOSSLClientHandler
    private let ready: EventLoopPromise<Void>
    private var session: SMTPSession
    private var parser = SMTPReplyParser()
    private var buffer = ByteBuffer()
    private var waiting: EventLoopPromise<[SMTPOutcome]>?
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?

    init(
        _ configuration: SMTPConfiguration,
        idleTimeout: Duration,
        ready: EventLoopPromise<Void>,
        makeTLS: @escaping () throws -> NIOSSLClientHandler
    ) {
        self.configuration = configuration
        self.idleTimeout = idleTimeout
        self.ready = ready
        self.makeTLS = makeTLS
        session = SMTPSession(configuration)
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(.greeting, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        do {
            while let reply = try parser.next(from: &buffer) {
                perform(session.received(reply), context)
            }
            buffer.discardReadBytes()
        } catch {
            perform(session.failed(error), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let code: SMTPError.Code = session.isSettingUpTLS ? .tlsFailed : .connectionClosed
        perform(session.failed(SMTPError(code, "the server closed the connection")), context)
        stopTimer()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let code: SMTPError.Code = session.isSettingUpTLS ? .tlsFailed : .connectionClosed
        perform(session.failed(SMTPError(code, "\(error)")), context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let submission = unwrapOutboundIn(data)
        promise?.succeed()
        guard waiting == nil else {
            let error = SMTPError(.connectionClosed, "the connection is in use")
            submission.promise.succeed(submission.message.notSent(error))
            return
        }
        waiting = submission.promise
        perform(session.submit(submission.message), context)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is SMTPQuitEvent else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        let actions = session.quit()
        perform(actions.isEmpty ? session.failed(SMTPError(.shutDown, "the connection was closed by its owner")) : actions, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimer()
    }

    private func perform(_ actions: [SMTPSession.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .write(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .writeContent(let content): context.writeAndFlush(wrapOutboundOut(content), promise: nil)
            case .beginTLS: beginTLS(context)
            case .ready: ready.succeed()
            case .fail(let error): ready.fail(error)
            case .finish(let outcomes):
                let promise = waiting
                waiting = nil
                promise?.succeed(outcomes)
            case .close: context.close(promise: nil)
            case .expect(let phase): expect(phase, context)
            }
        }
    }

    /// Octets behind the answer to STARTTLS were sent in the clear by somebody else (CVE-2011-0411).
    private func beginTLS(_ context: ChannelHandlerContext) {
        guard buffer.readableBytes == 0 else {
            return perform(session.failed(SMTPError(.tlsFailed, "data behind the answer to STARTTLS")), context)
        }
        do {
            try context.pipeline.syncOperations.addHandler(makeTLS(), position: .first)
        } catch {
            perform(session.failed(SMTPError(.tlsFailed, "\(error)")), context)
        }
    }
}

// MARK: - Time

extension SMTPClientHandler {
    private func expect(_ phase: SMTPSession.Phase, _ context: ChannelHandlerContext) {
        let timeouts = configuration.timeouts
        let limit =
            switch phase {
            case .greeting: timeouts.greeting
            case .command: timeouts.command
            case .content: timeouts.content
            case .idle: idleTimeout
            case .quit: min(timeouts.command, .seconds(2))
            }
        let due = NIODeadline.now() + TimeAmount(limit)
        let isSooner = deadline.map { due < $0 } ?? true
        deadline = due
        // A timer that fires early looks at the deadline again, so that most messages set none.
        if isSooner { schedule(at: due, context) }
    }

    private func schedule(at due: NIODeadline, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { [weak self] in
            self?.timerFired(context)
        }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline else { return }
        if deadline > .now() { return schedule(at: deadline, context) }
        self.deadline = nil
        perform(session.timedOut(), context)
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
        deadline = nil
    }
}
