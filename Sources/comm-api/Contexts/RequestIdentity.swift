/// A context that can be named in an answer.
protocol IdentifiedContext {
    var requestID: String { get }
}

extension APIContext: IdentifiedContext {}
extension TenantContext: IdentifiedContext {}
