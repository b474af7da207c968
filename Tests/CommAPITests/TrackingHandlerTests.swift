import CommCore
import CommTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Postgres
import Testing

@testable import comm_api

@Suite("Tracked links on the event loop", .database)
struct TrackingHandlerTests {
    private func click(_ client: APIClient, _ number: Int = 0) throws -> String {
        let url = "https://shop.example/\(number)"
        return "/c/"
            + (try APIClient.signer().clickToken(for: client.subject(contact: UUID()), index: 1, url: url, issuedAt: client.time.now))
    }

    @Test("a genuine link is kept before it is answered, with what every answer has")
    func redirect() async throws {
        try await withAPI(listening: true) { client in
            let headers: HTTPFields = [.userAgent: "Browser/1", .acceptLanguage: "de", .requestID: "mine-1", .forwardedFor: "203.0.113.7"]
            let reply = try await client.with([:]).send(.get, try click(client, 7) + "?url=https://evil.example/", headers: headers)
            #expect(reply.status == 302 && reply.headers[.location] == "https://shop.example/7" && reply.bytes.isEmpty)
            #expect(
                reply.headers[.requestID] == "mine-1" && reply.headers[.date] != nil && reply.headers[.xContentTypeOptions] == "nosniff"
            )
            #expect(reply.headers[.cacheControl] == "no-store" && reply.headers[.contentLength] == "0")
            let payload: String = try #require(try await client.database.query("SELECT payload::text AS p FROM event_inbox").first).get("p")
            #expect(payload.contains(#""ip": "203.0.113.7""#) && payload.contains(#""language": true"#) && payload.contains("Browser/1"))
            let open = try APIClient.signer().openToken(for: client.subject(contact: UUID()), issuedAt: client.time.now)
            let pixel = try await client.with([:]).send(.get, "/o/\(open)")
            #expect(pixel.status == 200 && pixel.bytes == TrackedLinks.pixel)
            #expect(try await client.count("event_inbox") == 2)
        }
    }

    @Test("everything else goes on to the router")
    func others() async throws {
        try await withAPI(listening: true) { client in
            let forged = try await client.with([:]).send(.get, "/c/nonsense", headers: [.acceptLanguage: "de"])
            #expect(forged.status == 404 && forged.text.contains("ungültig"))
            #expect(try await client.with([:]).send(.head, try click(client)).status == 302)
            #expect(try await client.with([:]).send(.post, try click(client)).status == 405)
            #expect(try await client.with([:]).send(.get, "/api/health").status == 200)
        }
    }

    @Test("answers keep the order of requests that were sent without waiting")
    func pipelined() async throws {
        try await withAPI(listening: true) { client in
            let paths = [
                try click(client, 1), try click(client, 2), "/api/health", try click(client, 3), "/c/nonsense", try click(client, 4),
            ]
            var requests = ""
            for (number, path) in paths.enumerated() {
                let end = number == paths.count - 1 ? "Connection: close\r\n" : ""
                requests += "GET \(path) HTTP/1.1\r\nHost: x\r\n\(end)\r\n"
            }
            let text = try await Self.exchange(requests, port: try #require(client.http.port))
            let found = text.matches(of: /HTTP\/1\.1 (\d+)|[Ll]ocation: https:\/\/shop\.example\/(\d)/).map { String($0.1 ?? $0.2 ?? "") }
            #expect(found == ["302", "1", "302", "2", "200", "302", "3", "404", "302", "4"], "\(text)")
            #expect(try await client.count("event_inbox") == 4)
        }
    }

    @Test("many at once are all kept")
    func many() async throws {
        try await withAPI(listening: true) { client in
            let path = try click(client)
            let port = try #require(client.http.port)
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let one = "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
                        let last = "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                        let text = try await Self.exchange(String(repeating: one, count: 49) + last, port: port)
                        #expect(text.matches(of: /HTTP\/1\.1 302/).count == 50)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.count("event_inbox") == 400)
        }
    }

    @Test("with the database away the reader is still sent on, and the click waits in Redis")
    func databaseAway() async throws {
        try await withAPI(databaseURL: "postgres://postgres@127.0.0.1:1/none", listening: true) { client in
            for number in 0..<3 {
                let reply = try await client.send(.get, try click(client, number))
                #expect(reply.status == 302 && reply.headers[.location] == "https://shop.example/\(number)")
            }
        }
    }

    /// Sends everything at once and reads until the other end closes.
    private static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ""
            for try await bytes in inbound { answer += String(buffer: bytes) }
            return answer
        }
    }
}

@Suite("The Date header")
struct HTTPDatesTests {
    @Test(
        "is written as the standard says",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_737_599, "Thu, 26 Nov 2026 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] as [(Int64, String)]
    )
    func text(second: Int64, expected: String) {
        #expect(HTTPDates.text(second) == expected)
    }
}
