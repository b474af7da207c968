import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// What was sent to an endpoint, and what is to be sent to it out of turn.
struct WebhookDeliveriesController: Sendable {
    /// How long the answer to a test waits for what came of it.
    private static let testPatience: Duration = .seconds(5)

    let endpoints: WebhookEndpointRepository
    let requests: WebhookRequestRepository
    let log: WebhookLogRepository
    let time: any TimeSource
    let bodyLimit: Int

    /// Sends a sample event now.
    ///
    /// The sending is comm-stats' work; the answer waits for it a moment.
    func test(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: TestRequest = try await request.fields(limit: bodyLimit)
        let (tenantID, endpointID) = (context.tenantID, try context.id())
        let eventID = try await requests.test(tenantID: tenantID, endpointID: endpointID, type: body.eventType)
        var filter = WebhookLogRepository.Filter()
        filter.eventID = eventID
        let end = ContinuousClock.now + (body.waits ? Self.testPatience : .zero)
        while ContinuousClock.now < end {
            if let attempt = try await log.page(tenantID: tenantID, endpointID: endpointID, filter: filter, limit: 1).attempts.first {
                return try Answer(AttemptWire(attempt)).response()
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try Self.accepted(QueuedWire(eventID: eventID), at: Self.attempts(endpointID, eventID))
    }

    /// Sends one event again.
    func resend(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: ResendRequest = try await request.fields(limit: bodyLimit)
        guard let eventID = body.eventID else { throw Problem.invalid([.required("event_id")]) }
        let endpointID = try context.id()
        try await requests.resend(tenantID: context.tenantID, endpointID: endpointID, eventID: eventID)
        return try Self.accepted(QueuedWire(eventID: eventID), at: Self.attempts(endpointID, eventID))
    }

    /// Sends a stretch of time again.
    func replay(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: ReplayRequest = try await request.fields(limit: bodyLimit)
        let endpointID = try context.id()
        let replay = try await requests.replay(
            tenantID: context.tenantID,
            endpointID: endpointID,
            from: body.from,
            to: body.to,
            eventTypes: body.eventTypes,
            failedOnly: body.failedOnly,
            requestedBy: context.caller.credential
        )
        return try Self.accepted(ReplayWire(replay), at: "/api/webhooks/endpoints/\(endpointID.wire)/replays")
    }

    /// The newest ones first.
    func listReplays(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let endpoint = try await endpoints.get(tenantID: context.tenantID, id: try context.id())
        return Answer(try await requests.replays(tenantID: context.tenantID, endpointID: endpoint.id).map(ReplayWire.init))
    }

    /// The log, newest first.
    func listAttempts(_ request: Request, context: TenantContext) async throws -> Response {
        let (filter, limit, cursor) = try request.query { fields in
            var filter = WebhookLogRepository.Filter()
            filter.outcome = fields.choice("outcome")
            filter.eventID = fields.uuid("event_id")
            return (filter, fields.int("limit", in: 1...WebhookLogRepository.largestPage) ?? 50, fields.timeCursor())
        }
        let endpoint = try await endpoints.get(tenantID: context.tenantID, id: try context.id())
        let page = try await log.page(tenantID: context.tenantID, endpointID: endpoint.id, filter: filter, limit: limit, after: cursor)
        return try Answer(AttemptsWire(page.attempts, next: page.next)).response()
    }

    /// Counts by hour.
    func stats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let hours = try request.query { $0.int("hours", in: 1...720) ?? 24 }
        let since = time.now.addingTimeInterval(Double(hours) * -3_600)
        return Answer(StatsWire(try await log.stats(tenantID: context.tenantID, endpointID: try context.id(), since: since)))
    }

    private static func attempts(_ endpointID: UUID, _ eventID: UUID) -> String {
        "/api/webhooks/endpoints/\(endpointID.wire)/attempts?event_id=\(eventID.wire)"
    }

    private static func accepted(_ wire: some Encodable & Sendable, at location: String) throws -> Response {
        var response = try Answer(wire).response()
        response.status = .accepted
        response.headers[.location] = location
        return response
    }
}

extension UUID {
    /// As ids are written on the wire.
    fileprivate var wire: String { uuidString.lowercased() }
}
