import CommCore
import FoundationEssentials
import Hummingbird

/// The limits that a tenant sets for itself: of a channel, and of single campaigns.
struct LimitsController: Sendable {
    private struct TenantLimitWire: Encodable {
        let scope: String
        let channel: String
        @OrNull var campaignID: UUID?
        let messages: Int
        let periodSeconds: Int
        let burst: Int
        /// Messages that would go at once now.
        @OrNull var available: Int?
        /// Messages that have a place in the line.
        @OrNull var waiting: Int?
        let updatedAt: Date

        init(_ limit: TenantLimit, _ standing: BucketStanding?) {
            scope = limit.campaignID == nil ? "channel" : "campaign"
            channel = limit.channel.rawValue
            _campaignID = OrNull(wrappedValue: limit.campaignID)
            messages = limit.limit.messages
            periodSeconds = limit.limit.period
            burst = limit.limit.burst
            _available = OrNull(wrappedValue: standing?.available)
            _waiting = OrNull(wrappedValue: standing?.waiting)
            updatedAt = limit.updatedAt
        }
    }

    let limits: TenantLimitRepository
    let standings: BucketStandings
    let time: any TimeSource
    let bodyLimit: Int

    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let found = try await limits.list(tenantID: context.tenantID)
        let standings = await standings.read(found, tenantID: context.tenantID, now: time.now)
        return Answer(zip(found, standings).map(TenantLimitWire.init))
    }

    func setChannel(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: LimitRequest = try await request.fields(limit: bodyLimit)
        let channel = try Self.channel(context)
        let limit = try await limits.set(tenantID: context.tenantID, channel: channel, body.draft)
        return Answer(TenantLimitWire(limit, nil), message: "Limit set")
    }

    func removeChannel(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await limits.remove(tenantID: context.tenantID, channel: try Self.channel(context))
        return Answer.message("Limit removed")
    }

    func setCampaign(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: LimitRequest = try await request.fields(limit: bodyLimit)
        let limit = try await limits.set(tenantID: context.tenantID, campaignID: id, body.draft)
        return Answer(TenantLimitWire(limit, nil), message: "Limit set")
    }

    func removeCampaign(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await limits.remove(tenantID: context.tenantID, campaignID: try context.id())
        return Answer.message("Limit removed")
    }

    private static func channel(_ context: TenantContext) throws -> Channel {
        guard let channel = context.parameters.get("channel").flatMap({ Channel(rawValue: String($0)) }) else {
            throw ThrottlingError(.notFound, "There is no such channel: it is email, sms or push")
        }
        return channel
    }
}
