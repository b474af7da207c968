import CommCore
import FoundationEssentials
import NIOCore
import ServiceLifecycle

/// Writes a tenant's feed as server-sent events, as it grows.
///
/// The feed's positions are ids. They are given out in the order of commits and without gaps, so a position says exactly what was told. A
/// slow client slows the writing and nothing else: a page is read when the one before it has been taken.
struct EventStream: Sendable {
    let feed: EventFeedRepository
    let tenantID: UUID
    let filter: FeedFilter
    let pace: EventStreamPace

    /// - Parameter isForeign: the client named a place that this feed has not reached.
    func write(from start: Int64, isForeign: Bool, _ write: (ByteBuffer) async throws -> Void) async throws {
        var position = start
        let end = ContinuousClock.now + pace.longest
        var spoken = ContinuousClock.now
        // The id alone: whoever loses the connection before the first event goes on from here.
        try await write(ByteBuffer(string: "retry: 2000\nid: \(position)\n\n"))
        if isForeign { try await write(Self.gap(at: position)) }
        while ContinuousClock.now < end, !Task.isShuttingDownGracefully, !Task.isCancelled {
            guard let standing = try await feed.standing(tenantID: tenantID) else { return }
            if position < standing.keptFrom - 1 {
                position = standing.keptFrom - 1
                try await write(Self.gap(at: position))
            }
            if standing.last > position {
                let page = try await feed.page(tenantID: tenantID, filter: filter, after: position, upTo: standing.last)
                position = page.position
                if !page.entries.isEmpty {
                    try await write(Self.lines(page.entries))
                    spoken = .now
                }
                continue
            }
            if spoken.duration(to: .now) >= pace.heartbeat {
                // With the place reached, so that a resumed stream need not look through what its filter leaves out.
                try await write(ByteBuffer(string: ": \n" + "id: \(position)\n\n"))
                spoken = .now
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pace.poll) }
        }
    }

    private static func lines(_ entries: [EventFeedRepository.Entry]) -> ByteBuffer {
        var text = ""
        for entry in entries { text += "id: \(entry.position)\nevent: \(entry.fact.type)\ndata: \(entry.fact.json)\n\n" }
        return ByteBuffer(string: text)
    }

    /// Says that what lay between is not to be had any more.
    private static func gap(at position: Int64) -> ByteBuffer {
        ByteBuffer(string: "id: \(position)\nevent: stream.gap\ndata: {\"type\":\"stream.gap\",\"resumed_after\":\(position)}\n\n")
    }
}
