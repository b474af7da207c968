import CommCore
import Hummingbird

/// What a campaign tracks in its mails.
struct CampaignTrackingController: Sendable {
    private struct TrackingRequest: RequestFields {
        let opens: Bool?
        let clicks: Bool?

        init(_ fields: inout JSONFields) {
            opens = fields.bool("track_opens")
            clicks = fields.bool("track_clicks")
        }
    }

    private struct TrackingWire: Encodable {
        @OrNull var trackOpens: Bool?
        @OrNull var trackClicks: Bool?

        init(_ tracking: CampaignTracking) {
            _trackOpens = OrNull(wrappedValue: tracking.opens)
            _trackClicks = OrNull(wrappedValue: tracking.clicks)
        }
    }

    let campaigns: CampaignRepository
    let bodyLimit: Int

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(TrackingWire(try await campaigns.tracking(tenantID: context.tenantID, id: try context.id())))
    }

    /// Null and what is left out go by the tenant's settings.
    func set(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: TrackingRequest = try await request.fields(limit: bodyLimit)
        let tracking = CampaignTracking(opens: body.opens, clicks: body.clicks)
        return Answer(TrackingWire(try await campaigns.setTracking(tenantID: context.tenantID, id: id, tracking)))
    }
}
