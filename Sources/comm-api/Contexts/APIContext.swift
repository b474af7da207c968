import Hummingbird
import Logging
import NIOCore

/// What is known of every request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection; nil for a Unix socket and in tests.
    let peer: SocketAddress?
    /// Names the request in logs and answers.
    var requestID: String
    /// Who asks, once that has been proved.
    var caller: Caller?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
        requestID = RequestID().description
    }
}
