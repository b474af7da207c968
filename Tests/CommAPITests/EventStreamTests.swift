import CommTesting
import Foundation
import HTTPTypes
import NIOCore
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("The stream of events", .database)
struct EventStreamTests {
    private static let short = EventStreamPace(poll: .milliseconds(10), heartbeat: .milliseconds(60), longest: .milliseconds(400))

    private struct Told {
        let id: Int
        let type: String
        let data: String
    }

    /// The events of a stream that has ended.
    private static func events(_ text: String) -> [Told] {
        text.components(separatedBy: "\n\n").compactMap { block in
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
            }
            guard let id = fields["id"].flatMap({ Int($0) }), let type = fields["event"], let data = fields["data"] else { return nil }
            return Told(id: id, type: type, data: data)
        }
    }

    private static func lastID(_ text: String) -> Int? {
        text.split(separator: "\n").last { $0.hasPrefix("id: ") }.flatMap { Int($0.dropFirst(4)) }
    }

    private static func unsubscribe(_ client: APIClient, _ name: String) async throws {
        let contact = try await client.makeContact("\(name)@ex.test")
        #expect(try await client.send(.post, "/api/contacts/\(contact)/unsubscribe").status == 200)
    }

    @Test("what happens while it is open is told, in order, with the ids to go on from")
    func live() async throws {
        var pace = Self.short
        pace.longest = .seconds(3)
        try await withAPI(streams: pace) { client in
            async let reply = client.send(.get, "/api/events/stream")
            try await waitUntil("the feed to be open") { try await client.count("event_feeds") == 1 }
            for name in ["a", "b"] { try await Self.unsubscribe(client, name) }
            let stream = try await reply
            #expect(stream.status == 200 && stream.headers[.contentType] == "text/event-stream; charset=utf-8")
            #expect(stream.headers[.accelBuffering] == "no" && stream.headers[.cacheControl] == "no-store")
            #expect(stream.text.hasPrefix("retry: 2000\nid: 0\n\n") && stream.text.contains(": \n"))
            let told = Self.events(stream.text)
            #expect(told.map(\.id) == [1, 2] && told.allSatisfy { $0.type == "message.unsubscribed" })
            #expect(told[0].data.contains("a@ex.test") && told[1].data.contains("b@ex.test"))
            #expect(Self.lastID(stream.text) == 2)
        }
    }

    @Test("whoever comes back goes on after the last event that was seen, and meets each once")
    func resumed() async throws {
        try await withAPI(streams: Self.short) { client in
            _ = try await client.send(.get, "/api/events/stream")
            for name in ["a", "b", "c"] { try await Self.unsubscribe(client, name) }
            let header = try await client.send(.get, "/api/events/stream", headers: [.lastEventID: "1"])
            #expect(Self.events(header.text).map(\.id) == [2, 3])
            let query = try await client.send(.get, "/api/events/stream?last_event_id=0")
            #expect(Self.events(query.text).map(\.id) == [1, 2, 3])
            #expect(Self.events(try await client.send(.get, "/api/events/stream").text).isEmpty)
            try await client.database.execute("DELETE FROM event_feed WHERE position = 1")
            try await client.database.execute("UPDATE event_feeds SET kept_from = 2")
            let gap = Self.events(try await client.send(.get, "/api/events/stream?last_event_id=0").text)
            #expect(gap.map(\.type) == ["stream.gap", "message.unsubscribed", "message.unsubscribed"] && gap[0].id == 1)
            let foreign = Self.events(try await client.send(.get, "/api/events/stream?last_event_id=99").text)
            #expect(foreign.map(\.type) == ["stream.gap"] && foreign[0].id == 3)
        }
    }

    @Test("filters leave out the rest, and the id moves on nevertheless")
    func filtered() async throws {
        try await withAPI(streams: Self.short) { client in
            _ = try await client.send(.get, "/api/events/stream")
            try await Self.unsubscribe(client, "a")
            let stream = try await client.send(.get, "/api/events/stream?types=message.clicked,bounced&last_event_id=0")
            #expect(Self.events(stream.text).isEmpty && Self.lastID(stream.text) == 1)
            let mine = try await client.send(.get, "/api/events/stream?campaign_id=\(UUID())&last_event_id=0")
            #expect(Self.events(mine.text).isEmpty)
            #expect(Self.events(try await client.send(.get, "/api/events/stream?channel=email&last_event_id=0").text).count == 1)
            #expect(Self.events(try await client.send(.get, "/api/events/stream?channel=sms&last_event_id=0").text).isEmpty)
        }
    }

    @Test("what is wrong is named, and a key needs the scope")
    func refused() async throws {
        try await withAPI(streams: Self.short) { client in
            for (query, field) in [
                ("types=x", "types"), ("campaign_id=x", "campaign_id"), ("channel=fax", "channel"), ("last_event_id=x", "last_event_id"),
                ("include_automated=x", "include_automated"),
            ] {
                try await client.send(.get, "/api/events/stream?\(query)").expectProblem(400, field: field)
            }
            try await client.send(.get, "/api/events/stream", headers: [.lastEventID: "-1"]).expectProblem(400, field: "Last-Event-ID")
            try await client.withKey("contacts:read").send(.get, "/api/events/stream").expectProblem(403, code: "missing_scope")
            #expect(try await client.withKey("events:read").send(.get, "/api/events/stream").status == 200)
            try await client.with([:]).send(.get, "/api/events/stream").expectProblem(401)
        }
    }

    @Test("another tenant's events are not told")
    func isolated() async throws {
        try await withAPI(streams: Self.short) { client in
            _ = try await client.send(.get, "/api/events/stream")
            let stranger = try await client.withNewTenant()
            _ = try await stranger.send(.get, "/api/events/stream")
            try await Self.unsubscribe(client, "a")
            #expect(Self.events(try await stranger.send(.get, "/api/events/stream?last_event_id=0").text).isEmpty)
            #expect(Self.events(try await client.send(.get, "/api/events/stream?last_event_id=0").text).count == 1)
        }
    }

    @Test("a tenant has so many streams at once, and one that ends makes room")
    func limited() async throws {
        var pace = Self.short
        // Long enough that those which begin together are open together.
        pace.longest = .seconds(5)
        try await withAPI(settings: ["COMM_EVENT_STREAMS_PER_TENANT": "2"], streams: pace) { client in
            let stranger = try await client.withNewTenant()
            // Nothing else asks meanwhile: a HEAD takes a place as well, if only for a moment.
            async let first = client.send(.get, "/api/events/stream")
            async let second = client.send(.get, "/api/events/stream")
            async let third = client.send(.get, "/api/events/stream")
            async let other = stranger.send(.head, "/api/events/stream")
            let replies = try await [first, second, third].sorted { $0.status < $1.status }
            #expect(replies.map(\.status) == [200, 200, 429] && replies[2].headers[.retryAfter] == "5")
            #expect(try await other.status == 200)
            #expect(try await client.send(.head, "/api/events/stream").status == 200)
        }
    }

    private static func notice(reason: String = "failing", at now: Date) throws -> FeedNotice {
        try .endpointDisabled(UUID(), url: "https://hooks.example.com/", reason: reason, failingSince: nil, now: now)
    }

    /// Adds something to the tenant's feed, in a commit of its own.
    private static func tell(_ client: APIClient, _ count: Int = 1) async throws {
        for _ in 0..<count {
            try await client.database.withTransaction { connection in
                let now = client.time.now
                try await EventFeed.append(try Self.notice(at: now), tenantID: client.tenantID, on: connection, now: now)
            }
        }
    }

    @Test("a server that stops ends its streams with a whole event, and whoever goes on at the next one meets each event once")
    func stopping() async throws {
        var pace = Self.short
        pace.longest = .seconds(60)
        let longest = pace
        let opened = Signal<(APIClient, RawStream)>()
        let stop = Signal<Void>()
        let teller = Signal<Task<Void, any Error>>()
        try await withTimeout(.seconds(300), "the server to stop") {
            try await withAPI(listening: true, streams: longest) { client in
                let stream = try await RawStream(client, "/api/events/stream", reads: true)
                try await waitUntil(timeout: .seconds(30), "the feed to be open") { try await client.count("event_feeds") == 1 }
                // It goes on while the server stops, and after.
                teller.fire(Task { while stop.count == 0 { try await Self.tell(client) } })
                try await waitUntil(timeout: .seconds(30), "some events to be told") { stream.text.contains("id: 20\n") }
                opened.fire((client, stream))
            }
        }
        let (first, stream) = try await opened.wait()
        let (text, isWhole) = RawStream.body(try await stream.rest())
        let told = Self.events(text)
        #expect(isWhole && text.hasSuffix("\n\n"))
        #expect(told.count >= 20 && told.map(\.id) == Array(1...told.count) && Self.lastID(text) == told.count)
        try await Self.tell(first, 5)
        stop.fire()
        try await teller.wait().value
        let all = try await first.count("event_feed")
        #expect(all >= told.count + 5)
        pace.longest = .seconds(5)
        try await withAPI(streams: pace) { next in
            var same = next.with(first.credential)
            same.tenantID = first.tenantID
            let rest = Self.events(try await same.send(.get, "/api/events/stream", headers: [.lastEventID: "\(told.count)"]).text)
            #expect(rest.map(\.id) == Array((told.count + 1)...all))
        }
    }

    /// Far more than what lies between a server and a client that reads nothing.
    private static func fill(_ client: APIClient) async throws {
        _ = try await client.send(.head, "/api/events/stream")
        let notice = try notice(reason: String(repeating: "x", count: 2_000), at: client.time.now)
        try await client.database.execute(
            """
            INSERT INTO event_feed (tenant_id, position, event_id, bucket_at, type, channel, is_automated, data, recorded_at)
            SELECT \(client.tenantID), n, gen_random_uuid(), now(), 'webhook.disabled', 'none', false,
                   \(notice.data), now()
            FROM generate_series(1, 20000) n
            """
        )
        try await client.database.execute("UPDATE event_feeds SET last_position = 20000 WHERE tenant_id = \(client.tenantID)")
    }

    /// Waits until the tenant's only place is taken (429) or free (200).
    private static func wait(_ client: APIClient, for status: Int) async throws {
        try await waitUntil(timeout: .seconds(30), "the answer \(status)") {
            try await client.send(.head, "/api/events/stream").status == status
        }
    }

    @Test("a client that reads nothing is not written for ahead, and loses its place after a while", .timeLimit(.minutes(10)))
    func stalled() async throws {
        var pace = Self.short
        pace.longest = .seconds(600)
        let (longest, patience) = (pace, StalledReaderHandler.Patience(serving: .seconds(1)))
        try await withAPI(settings: ["COMM_EVENT_STREAMS_PER_TENANT": "1"], listening: true, streams: longest, patience: patience) {
            client in
            try await Self.fill(client)
            let stream = try await RawStream(client, "/api/events/stream?last_event_id=0", reads: false)
            try await Self.wait(client, for: 429)
            try await Self.wait(client, for: 200)
            let (text, isWhole) = RawStream.body(try await stream.rest())
            let told = Self.events(text)
            #expect(!isWhole && told.count < 10_000 && told.map(\.id) == Array(1..<(told.count + 1)), "\(told.count)")
        }
    }

    @Test("a client that reads nothing does not keep a server from stopping", .timeLimit(.minutes(10)))
    func stalledAtTheEnd() async throws {
        var pace = Self.short
        pace.longest = .seconds(600)
        let longest = pace
        let patience = StalledReaderHandler.Patience(serving: .seconds(600), stopping: .milliseconds(500))
        let opened = Signal<RawStream>()
        try await withTimeout(.seconds(300), "the server to stop") {
            try await withAPI(settings: ["COMM_EVENT_STREAMS_PER_TENANT": "1"], listening: true, streams: longest, patience: patience) {
                client in
                try await Self.fill(client)
                opened.fire(try await RawStream(client, "/api/events/stream?last_event_id=0", reads: false))
                try await Self.wait(client, for: 429)
            }
        }
        let (text, _) = RawStream.body(try await opened.wait().rest())
        #expect(text.hasPrefix("retry: 2000\nid: 0\n\n"))
    }
}
