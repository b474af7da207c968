import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Fetches the few public documents that verifying a report needs: key sets, certificates, a confirmation.
///
/// Where they may be is decided by the caller, from configuration and never from a request alone; here is seen to it that nothing leads
/// away from there and nothing takes long.
package actor PublicDocument {
    private static let timeout: TimeAmount = .seconds(5)
    private static let largest = 256 << 10

    /// Made when it is first needed; follows no redirect.
    private var client: HTTPClient?
    private let names = CertificateNames()

    package init() {}

    /// The document's bytes.
    ///
    /// - Throws: ``PublicDocumentError`` for any answer but 200; what the client throws.
    package func fetch(_ url: String) async throws -> [UInt8] {
        names.expect(url)
        let response = try await connected().execute(HTTPClientRequest(url: url), timeout: Self.timeout)
        guard response.status == .ok else { throw PublicDocumentError(status: Int(response.status.code)) }
        return Array(try await response.body.collect(upTo: Self.largest).readableBytesView)
    }

    /// Closes the connections.
    package func close() async {
        try? await client?.shutdown()
        client = nil
    }

    private func connected() -> HTTPClient {
        if let client { return client }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(3)
        names.watch(&configuration)
        let new = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        client = new
        return new
    }
}

/// A document could not be had.
package struct PublicDocumentError: Error, CustomStringConvertible {
    let status: Int

    package var description: String { "answered \(status)" }
}
