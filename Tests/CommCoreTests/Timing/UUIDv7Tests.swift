import Foundation
import Testing

@testable import CommCore

@Suite("UUIDv7")
struct UUIDv7Tests {
    @Test("an id carries its time to the millisecond", arguments: [0, 1, 1_767_225_600_123, 281_474_976_710_655] as [Int64])
    func carriesTime(milliseconds: Int64) throws {
        let time = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        let id = UUIDv7.make(at: time)
        let read = try #require(UUIDv7.time(of: id))
        #expect(Int64((read.timeIntervalSince1970 * 1000).rounded()) == milliseconds)
    }

    @Test("version and variant are those of RFC 9562")
    func versionAndVariant() {
        for _ in 0..<1_000 {
            let bytes = UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_600)).uuid
            #expect(bytes.6 >> 4 == 7)
            #expect(bytes.8 >> 6 == 0b10)
        }
    }

    @Test("ids of later moments sort later, ids of one moment differ")
    func sortsByTime() {
        let earlier = UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_600))
        let later = UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_600.001))
        #expect(earlier.uuidString < later.uuidString)
        let many = Set((0..<10_000).map { _ in UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_600)) })
        #expect(many.count == 10_000)
    }

    @Test("an id of another version has no time")
    func otherVersions() {
        #expect(UUIDv7.time(of: UUID(uuidString: "9d5aa0cf-5fd0-4d62-8a5e-1ba0dd0cbf6b") ?? UUID()) == nil)
    }
}
