import HTTPTypes
import Hummingbird

/// Whether the process lives and whether it can work.
struct HealthController: Sendable {
    private struct Health: Encodable {
        let status = "ok"
        let db: Bool

        enum CodingKeys: CodingKey { case status, db }
    }

    private struct Readiness: Encodable {
        let status: String
        let checks: [String: String]
    }

    let stores: StoreWatch

    /// Answers 200 as long as the process lives; `db` says whether the database answers.
    func health(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        Answer(Health(db: await stores.state().postgres == .up))
    }

    /// 503 until PostgreSQL, its schema and Redis are there.
    func ready(_ request: Request, context: APIContext) async throws -> Response {
        let state = await stores.state()
        var response = try Answer(Readiness(status: state.isReady ? "ready" : "not ready", checks: state.checks)).response()
        if !state.isReady { response.status = .serviceUnavailable }
        return response
    }
}
