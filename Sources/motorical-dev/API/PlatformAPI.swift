import Foundation
import Hummingbird
import Logging

/// The platform's HTTP side: every path, method and handler on this page.
struct PlatformAPI: Sendable {
    let logs: DeliveryLogRepository
    let rows: EmailLogRepository
    let queue: JobQueue
    let stats: EngineStats
    let token: String?
    let startedAt: Date
    let webhooks = WebhookRegistry()

    func application(host: String, port: Int, logger: Logger) -> some ApplicationProtocol {
        Application(
            router: router(),
            configuration: .init(address: .hostname(host, port: port), serverName: "motorical-dev"),
            logger: logger
        )
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("health") { _, _ in Health(status: "ok") }
        router.get("stats", use: getStats)
        let guarded = router.group().add(middleware: BearerMiddleware(token: token))
        for prefix in ["api/public/v1", "api/internal"] {
            guarded.get("\(prefix)/motor-blocks/:id/logs", use: getLogs)
        }
        guarded.post("api/public/v1/motor-blocks/:id/webhooks", use: registerWebhook)
        guarded.post("v1/send", use: send)
        return router
    }

    private struct Health: ResponseEncodable {
        let status: String
    }

    /// A path parameter that must be a UUID.
    func id(_ context: BasicRequestContext) throws -> UUID {
        guard let id = UUID(uuidString: try context.parameters.require("id")) else {
            throw HTTPError(.badRequest, message: "The id is no UUID.")
        }
        return id
    }
}
