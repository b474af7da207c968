import FoundationEssentials
import Hummingbird
import NIOCore

/// A request of somebody who proved to act for a tenant.
///
/// A handler that takes it cannot run without.
struct TenantContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let requestID: String
    let caller: Caller
    /// The other end of the connection, as in `APIContext`.
    let peer: SocketAddress?

    var tenantID: UUID { caller.tenantID }

    init(context: APIContext) throws {
        guard let caller = context.caller else { throw Problem.unauthorized("A credential is needed") }
        coreContext = CoreRequestContextStorage(parent: context)
        requestID = context.requestID
        self.caller = caller
        peer = context.peer
    }
}

extension CoreRequestContextStorage {
    /// Keeps route, parameters and logger of the outer context.
    fileprivate init(parent: APIContext) {
        self = parent.coreContext
    }
}
