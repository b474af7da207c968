import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// `GET /api/events/stream`: a tenant's events as they come, as server-sent events.
struct EventStreamController: Sendable {
    let feed: EventFeedRepository
    let permits: StreamPermits
    let pace: EventStreamPace

    /// Answers at once and goes on until the client leaves, the server stops or the stream's time is over.
    ///
    /// It begins after `Last-Event-ID`, which a client that reconnects sends by itself, else with what is new.
    func stream(_ request: Request, context: TenantContext) async throws -> Response {
        let (filter, lastID) = try Self.wish(request)
        let permit = try permits.take(context.tenantID)
        let standing = try await feed.open(tenantID: context.tenantID, for: filter)
        let source = EventStream(feed: feed, tenantID: context.tenantID, filter: filter, pace: pace)
        let start = lastID.map { min($0, standing.last) } ?? standing.last
        // A place of another feed than this one: the database was restored, perhaps.
        let isForeign = lastID.map { $0 > standing.last } ?? false
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                .accelBuffering: "no",
            ],
            body: ResponseBody { writer in
                // Held until the stream ends.
                defer { permit.release() }
                try await source.write(from: start, isForeign: isForeign) { try await writer.write($0) }
                try await writer.finish(nil)
            }
        )
    }

    private static func wish(_ request: Request) throws -> (FeedFilter, Int64?) {
        let header = request.headers[.lastEventID]
        return try request.query { fields in
            let patterns = fields.string("types")?.split(separator: ",").map(String.init) ?? ["*"]
            for pattern in patterns where FeedEventType.matching(pattern).isEmpty {
                fields.add("types", "types must be of: *, message.*, \(FeedEventType.allCases.map(\.wireName).joined(separator: ", "))")
            }
            let channels = fields.string("channel")?.split(separator: ",").map(String.init)
            if let channels, !Set(channels).isSubset(of: FeedFilter.knownChannels) {
                fields.add("channel", "channel must be of: \(FeedFilter.knownChannels.joined(separator: ", "))")
            }
            let filter = FeedFilter(
                patterns: patterns,
                campaignIDs: fields.uuid("campaign_id").map { [$0] },
                channels: channels,
                includesAutomated: fields.bool("include_automated") ?? false
            )
            let (name, text) = header.map { ("Last-Event-ID", Optional($0)) } ?? ("last_event_id", fields.string("last_event_id"))
            guard let text, !text.isEmpty else { return (filter, nil) }
            guard let position = Int64(text), position >= 0 else {
                fields.add(name, "\(name) is not one that this API gave")
                return (filter, nil)
            }
            return (filter, position)
        }
    }
}
