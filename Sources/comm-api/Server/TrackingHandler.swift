import CommCore
import FoundationEssentials
import HTTPTypes
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// Answers genuine tracked links and open pixels on the connection's event loop, before a request becomes a task.
///
/// These are by far the most frequent requests, and each is a token to check and a row to commit. Everything else, forged and expired
/// tokens included, goes on to the router, which answers the same requests in the same way where this handler is not in place.
final class TrackingHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private static let click = "/c/"
    private static let open = "/o/"

    private enum Phase {
        /// Requests go on to the router.
        case passing
        /// A request of ours is arriving; its answer is due when its end has come.
        case receiving(TrackedLinks.Answer, kind: TrackingHit.Kind, requestID: String?, start: ContinuousClock.Instant)
        /// Its entry is being kept.
        case keeping
    }

    private let links: TrackedLinks
    private let recorder: ClickRecorder
    private let metrics: TrackingMetrics
    private let dates: HTTPDates
    private let idleTimeout: TimeAmount
    /// Behind it a response is bytes: ours are written as such.
    private var encoder: ChannelHandlerContext?
    private var peer: ClientAddress.Peer?
    private var phase = Phase.passing
    /// Requests that went on and were not answered yet: answers keep the order of requests.
    private var passedOn = 0
    /// What arrived while an answer of ours was due.
    private var held: [NIOAny] = []
    private var heldEvents: [Any] = []
    private var isCloseDue = false
    private var isInactive = false
    /// A request that went on has begun and not ended.
    private var isPassingOn = false
    private var lastActivity = NIODeadline.now()
    private var idleCheck: Scheduled<Void>?

    init(links: TrackedLinks, recorder: ClickRecorder, metrics: TrackingMetrics, dates: HTTPDates, idleTimeout: TimeAmount) {
        self.links = links
        self.recorder = recorder
        self.metrics = metrics
        self.dates = dates
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        checkLater(context, in: idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        idleCheck?.cancel()
        idleCheck = nil
        encoder = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = .now()
        switch phase {
        case .keeping: held.append(data)
        case .receiving(let answer, let kind, let requestID, let start):
            guard case .end = unwrapInboundIn(data) else { return }
            phase = .keeping
            keep(answer, kind, requestID, start, context)
        case .passing:
            switch unwrapInboundIn(data) {
            case .head(let head):
                if passedOn == 0, let phase = begin(head, context) {
                    self.phase = phase
                    return
                }
                passedOn += 1
                isPassingOn = true
            case .body: break
            case .end: isPassingOn = false
            }
            context.fireChannelRead(data)
        }
    }

    /// What becomes of a request; nil when it is not for us.
    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Phase? {
        guard head.method == .GET, head.version == .http1_1, encoder != nil else { return nil }
        var path = head.uri
        let kind: TrackingHit.Kind
        if path.hasPrefix(Self.click) { kind = .clicked } else if path.hasPrefix(Self.open) { kind = .opened } else { return nil }
        let start = ContinuousClock.now
        let request = TrackingRequest(head.headers)
        guard !request.closes else { return nil }
        let peer = self.peer ?? ClientAddress.Peer(context.channel.remoteAddress)
        self.peer = peer
        let links = links
        let answer = path.withUTF8 { bytes -> TrackedLinks.Answer? in
            let bytes = UnsafeRawBufferPointer(bytes)
            let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
            let token = UnsafeRawBufferPointer(rebasing: bytes[Self.click.utf8.count..<end])
            return try? links.answer(token, for: kind) { request.signals(peer: peer) }
        }
        return answer.map { .receiving($0, kind: kind, requestID: RequestIDMiddleware.sane(request.requestID), start: start) }
    }

    private func keep(
        _ answer: TrackedLinks.Answer,
        _ kind: TrackingHit.Kind,
        _ requestID: String?,
        _ start: ContinuousClock.Instant,
        _ context: ChannelHandlerContext
    ) {
        var response = context.channel.allocator.buffer(capacity: 768)
        let requestID = requestID ?? answer.entry.id.uuidString
        TrackingResponse.write(answer.kind, requestID: requestID, date: dates.now, to: &response)
        let due = Due(
            handler: NIOLoopBound(self, eventLoop: context.eventLoop),
            context: NIOLoopBound(context, eventLoop: context.eventLoop),
            eventLoop: context.eventLoop,
            response: response,
            status: answer.status,
            kind: kind,
            start: start
        )
        recorder.record(answer.entry, answer: due)
    }

    /// An answer that is given when its entry is kept.
    private struct Due: ClickAnswer {
        let handler: NIOLoopBound<TrackingHandler>
        let context: NIOLoopBound<ChannelHandlerContext>
        let eventLoop: (any EventLoop)?
        let response: ByteBuffer
        let status: HTTPResponse.Status
        let kind: TrackingHit.Kind
        let start: ContinuousClock.Instant

        func give() {
            handler.value.write(self, context.value)
        }
    }

    private func write(_ due: Due, _ context: ChannelHandlerContext) {
        metrics.record(due.kind, due.status, took: due.start.duration(to: .now))
        guard !isInactive else { return }
        encoder?.writeAndFlush(NIOAny(due.response), promise: nil)
        lastActivity = .now()
        phase = .passing
        resume(context)
    }

    /// Goes on with what arrived meanwhile.
    private func resume(_ context: ChannelHandlerContext) {
        if isCloseDue {
            held = []
            return context.close(promise: nil)
        }
        let parts = held
        held = []
        for part in parts { channelRead(context: context, data: part) }
        if !parts.isEmpty { context.fireChannelReadComplete() }
        guard case .passing = phase else { return }
        let events = heldEvents
        heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastActivity = .now()
        if case .end = unwrapOutboundIn(data) { passedOn -= 1 }
        context.write(data, promise: promise)
    }

    /// Stopping, and the client's end of input, wait for the answer that is due.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .passing = phase { context.fireUserInboundEventTriggered(event) } else { heldEvents.append(event) }
    }

    /// Closes a connection on which nothing happens, unless the client waits for us.
    ///
    /// The server's own check stands behind this handler and sees none of our requests, so it would close busy connections.
    private func checkIdle(_ context: ChannelHandlerContext) {
        idleCheck = nil
        let silence = NIODeadline.now() - lastActivity
        let isWaitingForUs: Bool
        if case .keeping = phase { isWaitingForUs = true } else { isWaitingForUs = passedOn > 0 && !isPassingOn }
        guard silence >= idleTimeout, !isWaitingForUs else {
            return checkLater(context, in: isWaitingForUs || silence >= idleTimeout ? idleTimeout : idleTimeout - silence)
        }
        context.close(promise: nil)
    }

    private func checkLater(_ context: ChannelHandlerContext, in time: TimeAmount) {
        let (handler, bound) = (
            NIOLoopBound(self, eventLoop: context.eventLoop), NIOLoopBound(context, eventLoop: context.eventLoop)
        )
        idleCheck = context.eventLoop.scheduleTask(in: time) { handler.value.checkIdle(bound.value) }
    }

    /// Closing waits for the answer that is due.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else { return context.close(mode: mode, promise: promise) }
        if case .passing = phase {
            context.close(mode: mode, promise: promise)
        } else {
            isCloseDue = true
            promise?.succeed()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isInactive = true
        held = []
        idleCheck?.cancel()
        idleCheck = nil
        context.fireChannelInactive()
    }
}
