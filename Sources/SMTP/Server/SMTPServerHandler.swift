import NIOCore
import NIOSSL

/// Performs the actions of an `SMTPServerSession` on its channel.
///
/// Lives on the channel's event loop only.
final class SMTPServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let maximumLineLength = 4_096

    private let configuration: SMTPServerConfiguration
    private let makeTLS: () throws -> NIOSSLServerHandler
    private var session: SMTPServerSession
    private var buffer = ByteBuffer()
    private var content: ContentReader?
    private var isStalled = false
    private var isClosing = false

    init(
        _ configuration: SMTPServerConfiguration,
        _ policy: SMTPServerPolicy,
        makeTLS: @escaping () throws -> NIOSSLServerHandler
    ) {
        self.configuration = configuration
        self.makeTLS = makeTLS
        session = SMTPServerSession(configuration, policy)
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(session.connected(), context)
        context.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isClosing, !isStalled else { return }
        buffer.writeBuffer(&bytes)
        while !isClosing, !isStalled, step(context) {}
        buffer.discardReadBytes()
    }

    /// Answers to commands that came together leave together (RFC 2920).
    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent, !isStalled else { return context.fireUserInboundEventTriggered(event) }
        perform([.reply(SMTPReply(421, "4.4.2 Idle for too long")), .close], context)
    }

    /// Takes one line or content; false when more octets are needed.
    private func step(_ context: ChannelHandlerContext) -> Bool {
        if content != nil {
            let progress = content?.read(from: &buffer) ?? .needsMore
            guard progress != .needsMore else { return false }
            content = nil
            perform(session.content(progress), context)
            return true
        }
        guard let feed = buffer.readableBytesView.firstIndex(of: 10) else {
            if buffer.readableBytes > Self.maximumLineLength { refuseLine("5.5.6 Line too long", context) }
            return false
        }
        let line = buffer.readSlice(length: feed - buffer.readerIndex) ?? ByteBuffer()
        buffer.moveReaderIndex(forwardBy: 1)
        guard line.readableBytesView.last == 13, !line.readableBytesView.dropLast().contains(where: { $0 == 13 || $0 == 0 }) else {
            refuseLine("5.5.2 Bare CR, bare LF or NUL refused", context)
            return false
        }
        perform(session.command(String(decoding: line.readableBytesView.dropLast(), as: UTF8.self)), context)
        return true
    }

    private func refuseLine(_ text: String, _ context: ChannelHandlerContext) {
        perform([.reply(SMTPReply(521, text)), .close], context)
    }

    private func perform(_ actions: [SMTPServerSession.Action], _ context: ChannelHandlerContext) {
        for action in actions where !isClosing {
            switch action {
            case .reply(let reply): context.write(wrapOutboundOut(ByteBuffer(bytes: reply.encoded)), promise: nil)
            case .readContent: content = ContentReader(maximumSize: configuration.maximumSize)
            case .beginTLS: beginTLS(context)
            case .stall: isStalled = true
            case .close: close(context)
            }
        }
    }

    private func beginTLS(_ context: ChannelHandlerContext) {
        context.flush()
        // Commands sent in the clear behind STARTTLS are never carried out (CVE-2011-0411).
        guard buffer.readableBytes == 0, let handler = try? makeTLS() else { return close(context) }
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            close(context)
        }
    }

    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        context.flush()
        context.close(promise: nil)
    }
}
