import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Takes the rest of a request whose answer was given before it was read, and throws it away.
///
/// A client that sends everything before it reads would otherwise wait for a server that does not read any more. What is thrown
/// away is bounded; then the connection is closed.
final class UnreadBodyHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: Int
    /// Requests that have begun and whose end has not arrived.
    private var isReceiving = false
    private var isAnswered = false
    private var discarded = 0

    /// - Parameter limit: how much is thrown away at most, in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            (isReceiving, isAnswered, discarded) = (true, false, 0)
        case .body(let bytes) where isAnswered:
            discarded += bytes.readableBytes
            if discarded > limit { context.close(promise: nil) }
            return
        case .body: break
        case .end: isReceiving = false
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isReceiving, isAnswered { context.read() }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), isReceiving {
            isAnswered = true
            context.read()
        }
        context.write(data, promise: promise)
    }
}
