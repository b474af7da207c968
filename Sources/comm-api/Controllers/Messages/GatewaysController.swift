import CommCore
import FoundationEssentials
import Hummingbird
import Postgres

/// By which gateways a tenant's messages go, and how the gateways do.
struct GatewaysController: Sendable {
    let routes: RouteRepository
    let health: ChannelHealthRepository
    let time: any TimeSource
    let bodyLimit: Int

    /// The gateways that senders have, with what went by them today.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let usage = try await routes.usage(tenantID: context.tenantID)
        let found = try await health.list(now: time.now)
        return Answer(found.map { entry in GatewayWire(entry, usage.first { $0.gateway == entry.gateway }) })
    }

    /// By channel, class and position.
    func listRoutes(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await routes.list(tenantID: context.tenantID).map { RouteWire($0) })
    }

    /// Puts routes in the place of all that the channel has; none: the installation's own order counts again.
    func replaceRoutes(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        guard let channel = Channel(rawValue: context.parameters.get("channel") ?? "") else {
            throw Problem.invalid("channel", "channel must be one of: email, sms, push")
        }
        let body: RoutesRequest = try await request.fields(limit: bodyLimit)
        let kept = try await routes.replace(tenantID: context.tenantID, channel: channel, by: body.routes(of: channel))
        return Answer(kept.map { RouteWire($0) }, message: "Routes of \(channel.rawValue) replaced")
    }
}

extension GatewaysController {
    struct RoutesRequest: RequestFields {
        private struct Entry {
            var priority: Priority?
            var gateway = ""
            var position = 0
            var weight = 100
            var cost = 0.0
            var budget: Double?
            var isEnabled = true
        }

        private let entries: [Entry]

        init(_ fields: inout JSONFields) {
            let read = fields.items("routes") { (_: String) -> Entry? in
                nil
            } object: { fields in
                var entry = Entry()
                let word = fields.string("class") ?? "any"
                entry.priority = Priority(word: word)
                if word != "any", entry.priority == nil { fields.add("class", "invalid", "must be one of: any, P0, P1, P2, P3, P4") }
                let gateway = fields.string("gateway")
                fields.require("gateway", gateway != nil)
                entry.gateway = gateway ?? ""
                entry.position = fields.int("position") ?? 0
                entry.weight = fields.int("weight") ?? 100
                entry.cost = fields.decimal("cost") ?? 0
                entry.budget = fields.decimal("daily_budget")
                entry.isEnabled = fields.bool("enabled") ?? true
                return entry
            }
            fields.require("routes", read != nil)
            for (index, entry) in (read ?? []).enumerated() where entry == nil {
                fields.add("routes[\(index)]", "wrong_type", "must be an object")
            }
            entries = (read ?? []).compactMap(\.self)
        }

        func routes(of channel: Channel) -> [GatewayRoute] {
            entries.map { entry in
                GatewayRoute(
                    channel: channel,
                    priority: entry.priority,
                    gateway: entry.gateway,
                    position: entry.position,
                    weight: entry.weight,
                    cost: entry.cost,
                    dailyBudget: entry.budget,
                    isEnabled: entry.isEnabled
                )
            }
        }
    }

    struct RouteWire: Encodable {
        let channel: String
        let `class`: String
        let gateway: String
        let position: Int
        let weight: Int
        let cost: Double
        @OrNull var dailyBudget: Double?
        let enabled: Bool

        init(_ route: GatewayRoute) {
            (channel, gateway) = (route.channel.rawValue, route.gateway)
            `class` = route.priority?.word ?? "any"
            (position, weight, cost, enabled) = (route.position, route.weight, route.cost, route.isEnabled)
            _dailyBudget = OrNull(wrappedValue: route.dailyBudget)
        }
    }

    struct GatewayWire: Encodable {
        let gateway: String
        let channel: String
        let state: String
        @OrNull var openUntil: Date?
        let senders: Int
        let answered: Int
        let unanswered: Int
        let latencyMS: Double
        let messagesToday: Int
        let costToday: Double
        let updatedAt: Date

        init(_ entry: ChannelHealthRepository.Entry, _ usage: RouteRepository.Usage?) {
            (gateway, channel, state) = (entry.gateway, entry.channel.rawValue, entry.state.rawValue)
            _openUntil = OrNull(wrappedValue: entry.openUntil)
            (senders, answered, unanswered) = (entry.senders, entry.answered, entry.unanswered)
            (latencyMS, updatedAt) = ((entry.latency * 10).rounded() / 10, entry.updatedAt)
            (messagesToday, costToday) = (usage?.messages ?? 0, usage?.cost ?? 0)
        }
    }
}
