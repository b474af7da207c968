import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client takes nothing of what it asked for.
///
/// An answer is made as fast as it is taken, so a slow client costs little memory; but one that stops taking would keep its connection and
/// its place among the event streams for ever, and a server that stops would wait for it.
final class StalledReaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// How long a client may take nothing while something waits for it.
    struct Patience: Sendable {
        var serving: TimeAmount = .seconds(60)
        /// While the server stops; well below what the service manager allows.
        var stopping: TimeAmount = .seconds(5)
    }

    private let patience: Patience
    private var isStopping = false
    /// Set while something waits.
    private var end: Scheduled<Void>?

    init(patience: Patience) {
        self.patience = patience
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { cancel() } else if end == nil { closeLater(context) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isStopping = true
            if end != nil { closeLater(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel()
    }

    private func closeLater(_ context: ChannelHandlerContext) {
        cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        end = context.eventLoop.scheduleTask(in: isStopping ? patience.stopping : patience.serving) { bound.value.close(promise: nil) }
    }

    private func cancel() {
        end?.cancel()
        end = nil
    }
}
