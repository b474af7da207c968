import HTTPTypes
import Hummingbird
import NIOCore
import Telemetry

/// What machines ask about the API itself: its metrics and its description.
struct OperationsController: Sendable {
    let registry: PrometheusRegistry

    func metrics(_ request: Request, context: APIContext) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: PrometheusRegistry.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: registry.exposition()))
        )
    }

    /// OpenAPI 3.1.
    func openAPI(_ request: Request, context: APIContext) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: OpenAPIDocument.bytes))
        )
    }
}
