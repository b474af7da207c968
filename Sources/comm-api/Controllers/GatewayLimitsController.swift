import CommCore
import Foundation
import Hummingbird

/// The installation's limits, and what answers of gateways have done to them: for whoever holds the platform's token.
struct GatewayLimitsController: Sendable {
    private struct GatewayLimitWire: Encodable {
        let gateway: String
        @OrNull var group: String?
        let messages: Int
        let periodSeconds: Int
        let burst: Int
        let updatedAt: Date

        init(_ limit: GatewayLimit) {
            gateway = limit.gateway
            _group = OrNull(wrappedValue: limit.group.isEmpty ? nil : limit.group)
            messages = limit.limit.messages
            periodSeconds = limit.limit.period
            burst = limit.limit.burst
            updatedAt = limit.updatedAt
        }
    }

    private struct AdjustmentWire: Encodable {
        let gateway: String
        @OrNull var group: String?
        let state: String
        let rule: String
        let factor: Double
        @OrNull var pausedUntil: Date?
        let changedAt: Date
        let overAt: Date

        init(_ adjustment: RateAdjustment, now: Date) {
            gateway = adjustment.gateway
            _group = OrNull(wrappedValue: adjustment.group.isEmpty ? nil : adjustment.group)
            let isPaused = adjustment.isPaused(at: now)
            state = isPaused ? "paused" : "slowed"
            rule = adjustment.rule
            factor = adjustment.factor(at: now)
            _pausedUntil = OrNull(wrappedValue: isPaused ? adjustment.pauseEnd : nil)
            changedAt = adjustment.changedAt
            overAt = adjustment.end
        }
    }

    let limits: GatewayLimitRepository
    let adjustments: RateAdjustmentRepository
    let time: any TimeSource
    let bodyLimit: Int

    func list(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        Answer(try await limits.list().map(GatewayLimitWire.init))
    }

    func set(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body: LimitRequest = try await request.fields(limit: bodyLimit)
        let (gateway, group) = Self.place(context)
        return Answer(GatewayLimitWire(try await limits.set(gateway: gateway, group: group, body.draft)), message: "Limit set")
    }

    func remove(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let (gateway, group) = Self.place(context)
        try await limits.remove(gateway: gateway, group: group)
        return Answer.message("Limit removed")
    }

    func listAdjustments(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let now = time.now
        return Answer(try await adjustments.list(now: now).map { AdjustmentWire($0, now: now) })
    }

    /// The rate is whole again at once.
    func lift(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let (gateway, group) = Self.place(context)
        try await adjustments.lift(gateway: gateway, group: group, now: time.now)
        return Answer.message("Rate restored")
    }

    private static func place(_ context: APIContext) -> (gateway: String, group: String) {
        (context.name("gateway"), context.name("group"))
    }
}

extension RequestContext {
    /// A name in the path, which is looked up as it is; empty when there is none.
    func name(_ parameter: String) -> String {
        parameters.get(parameter).flatMap { String($0).removingPercentEncoding }?.replacing("\0", with: " ") ?? ""
    }
}
