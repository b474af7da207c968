import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Documents that verification needs are fetched seldom")
struct CachedDocumentsTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("one fetch serves many, until the document is old")
    func lifetime() async {
        let fetches = Tally()
        let cache = CachedDocuments(lifetime: 100, pause: 10, time: time) { _ in fetches.next() }
        for _ in 1...5 { #expect(await cache.document(at: "a") == 1) }
        time.advance(by: 99)
        #expect(await cache.document(at: "a") == 1)
        time.advance(by: 1)
        #expect(await cache.document(at: "a") == 2)
        #expect(await cache.document(at: "b") == 3)
    }

    @Test("an unknown key fetches anew, but not again and again")
    func unknownKey() async {
        let fetches = Tally()
        let cache = CachedDocuments(lifetime: 1000, pause: 10, time: time) { _ in fetches.next() }
        #expect(await cache.document(at: "a") == 1)
        #expect(await cache.document(at: "a") { $0 > 1 } == 1)
        time.advance(by: 10)
        #expect(await cache.document(at: "a") { $0 > 1 } == 2)
    }

    @Test("while the server is away the old document stays, and it is asked once in a while")
    func away() async {
        let fetches = Tally()
        let cache = CachedDocuments(lifetime: 100, pause: 10, time: time) { _ in
            let number = fetches.next()
            if number != 1 { throw TestFailure("away") }
            return number
        }
        #expect(await cache.document(at: "a") == 1)
        time.advance(by: 100)
        #expect(await cache.document(at: "a") == 1)
        time.advance(by: 5)
        #expect(await cache.document(at: "a") == 1)
        #expect(fetches.next() == 3)
        #expect(await cache.document(at: "other") == nil)
    }

    @Test("many addresses do not fill the memory")
    func capacity() async {
        let fetches = Tally()
        let cache = CachedDocuments(lifetime: 1000, capacity: 2, time: time) { _ in fetches.next() }
        for address in ["a", "b", "c"] {
            _ = await cache.document(at: address)
            time.advance(by: 1)
        }
        #expect(await cache.document(at: "c") == 3)
        #expect(await cache.document(at: "a") == 4)
    }
}
