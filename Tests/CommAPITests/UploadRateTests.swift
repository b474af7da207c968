import CommTesting
import Foundation
import HTTPTypes
import Testing

@testable import comm_api

@Suite("The rate of contact files", .database)
struct UploadRateTests {
    @Test("every attempt counts, and one too many is told when to come back")
    func limited() async throws {
        try await withAPI(importsPerWindow: 3) { client in
            let list = try await client.makeList()
            let first = try await client.importCSV("email\na@ex.test\n", into: list)
            #expect(first.status == 200 && Self.numbers(first) == [3, 2])
            #expect(Self.numbers(try await client.importCSV("email\na@ex.test\n", into: list, query: "?dryRun=true")) == [3, 1])
            let refused = try await client.importCSV("name\nx\n", into: list)
            #expect(refused.status == 400 && Self.numbers(refused) == [3, 0])
            let over = try await client.importCSV("email\nb@ex.test\n", into: list)
            over.expectProblem(429, code: "rate_limited")
            #expect(over.string("message")?.hasPrefix("Maximum 3 CSV uploads per 15 minutes") == true && Self.numbers(over) == [3, 0])
            let wait = try #require(over.number("retryAfter"))
            #expect((1...900).contains(wait) && over.headers[.retryAfter] == String(wait))
            let reset = try #require(over.headers[.rateReset].flatMap { Int($0) })
            #expect(abs(reset - wait - Int(client.time.now.timeIntervalSince1970)) <= 1)
            #expect(try await client.count("contacts") == 1)
            let other = try await client.withNewTenant()
            #expect(try await other.importCSV("email\na@ex.test\n", into: other.makeList()).status == 200)
        }
    }

    @Test("without Redis files are let through")
    func open() async throws {
        try await withAPI(importsPerWindow: 1, redisURL: "redis://127.0.0.1:1/0") { client in
            let list = try await client.makeList()
            for _ in 0..<2 {
                let reply = try await client.importCSV("email\na@ex.test\n", into: list)
                #expect(reply.status == 200 && reply.headers[.rateLimit] == nil)
            }
        }
    }

    private static func numbers(_ reply: Reply) -> [Int?] {
        [.rateLimit, .rateRemaining].map { reply.headers[$0].flatMap { Int($0) } }
    }
}
