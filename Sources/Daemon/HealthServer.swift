import Hummingbird
import Logging
import NIOCore
import Telemetry

/// The health and metrics port of a daemon that serves nothing else: `/api/health`, `/api/ready`, `/metrics`.
package enum HealthServer {
    /// - Parameter registry: what `/metrics` shows.
    package static func application(
        host: String,
        port: Int,
        readiness: Readiness,
        registry: PrometheusRegistry,
        logger: Logger
    ) -> some ApplicationProtocol {
        let router = Router()
        router.get("/api/health") { _, _ in json(.ok, #"{"success":true,"data":{"status":"ok"}}"#) }
        router.get("/api/ready") { _, _ in
            let state = await readiness.state
            return json(
                state.isReady ? .ok : .serviceUnavailable,
                #"{"success":\#(state.isReady),"data":{"status":"\#(state.reason)"}}"#
            )
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: PrometheusRegistry.contentType],
                body: .init(byteBuffer: ByteBuffer(string: registry.exposition()))
            )
        }
        return Application(
            router: router,
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            logger: logger
        )
    }

    private static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}
