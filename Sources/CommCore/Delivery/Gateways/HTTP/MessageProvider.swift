import FoundationEssentials

/// A delivery service that is reached over HTTP, of whatever channel: how a message is put to it, and what its answers mean.
///
/// Connections, time-outs, outages and crashes are the same for all of them: ``HTTPGateway``.
protocol MessageProvider: Sendable {
    /// What requests for one message are made of, rendered and checked.
    associatedtype Item: Sendable

    /// The name in logs, metrics and `delivery_events.gateway`.
    var name: String { get }
    var channel: Channel { get }

    /// Renders a message.
    ///
    /// - Throws: why it can never be sent, without the recipient's values; a ``ProviderRefusal`` where the reason has a class.
    func item(_ message: OutgoingMessage, of batch: HandoverBatch, at now: Date) throws -> Item

    /// The request that puts a message to the service.
    ///
    /// - Throws: when nothing can be put to it now.
    func request(for item: Item, at now: Date) async throws(GatewayOutage) -> ProviderRequest

    /// What the service's answer means.
    func verdict(on answer: ProviderAnswer, to item: Item, at now: Date) async -> ProviderVerdict

    /// Ends what the provider keeps open of its own.
    func close() async
}

extension MessageProvider {
    func close() async {}
}

/// A message that no service would take.
struct ProviderRefusal: Error, Equatable, CustomStringConvertible {
    let kind: RefusalClass
    let reason: String

    /// As the delivery log has it.
    var description: String { "\(kind.rawValue): \(reason)" }
}

/// A request as it will be sent; always a POST.
struct ProviderRequest: Sendable {
    let url: String
    /// Everything but `Content-Length`.
    let headers: [(name: String, value: String)]
    let body: [UInt8]
}
