import Foundation
import Logging
import Testing

@testable import Systemd

@Suite struct JournalLogHandlerTests {
    @Test func `metadata become fields of their own`() throws {
        let receiver = try DatagramReceiver()
        let journal = try #require(Journal(identifier: "comm-sender", socketPath: receiver.name))
        var logger = Logger(label: "lane") { JournalLogHandler(label: $0, journal: journal) }
        let id = UUID().uuidString
        logger[metadataKey: "tenant_id"] = "t-1"
        logger.warning("gateway refused", metadata: ["campaignID": "c-9", "message_id": "\(id)", "attempts": "\(3)"])

        let record = try #require(receiver.poll())
        let fields = try JournalDecoder.fields(of: record)
        let values = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
        #expect(values["MESSAGE"] == "gateway refused")
        #expect(values["PRIORITY"] == "4")
        #expect(values["SYSLOG_IDENTIFIER"] == "comm-sender")
        #expect(values["LOGGER"] == "lane")
        #expect(values["TENANT_ID"] == "t-1")
        #expect(values["CAMPAIGN_ID"] == "c-9")
        #expect(values["MESSAGE_ID"] == id)
        #expect(values["ATTEMPTS"] == "3")
    }

    @Test func `a record below the level is not written`() throws {
        let receiver = try DatagramReceiver()
        let journal = try #require(Journal(identifier: "test", socketPath: receiver.name))
        Logger(label: "test") { JournalLogHandler(label: $0, journal: journal) }.debug("unseen")
        #expect(receiver.poll() == nil)
    }

    @Test(arguments: [
        ("tenant_id", "x", "TENANT_ID"), ("tenantID", "x", "TENANT_ID"), ("tenant-id", "x", "TENANT_ID"),
        ("http.status", "x", "HTTP_STATUS"),
        ("message", "x", "META_MESSAGE"), ("priority", "x", "META_PRIORITY"), ("_pid", "x", "META__PID"), ("2fa", "x", "META_2FA"),
        ("", "x", "META_"), ("é", "x", "META__"), ("message_id", "not a uuid", "META_MESSAGE_ID"),
        ("message_id", "0190a8a5-8f6b-7c3d-9c52-0242ac120002", "MESSAGE_ID"),
    ])
    func `keys become names that the journal accepts and nobody else uses`(key: String, value: String, name: String) {
        #expect(JournalField.name(forKey: key, value: value) == name)
    }

    @Test(arguments: 0..<200) func `what is written can be read back, whatever it holds`(seed: UInt64) throws {
        var generator = Splitter(seed: seed)
        var entry = JournalEntry()
        let expected = (0..<Int.random(in: 1...8, using: &generator)).map { ("FIELD_\($0)", generator.text()) }
        for (name, value) in expected {
            entry.append(name, value)
        }
        let fields = try JournalDecoder.fields(of: entry.bytes)
        #expect(fields.map(\.name) == expected.map(\.0))
        #expect(fields.map(\.value) == expected.map { Array($0.1.utf8) })
    }

    @Test(arguments: 0..<200) func `any key becomes a valid field name`(seed: UInt64) {
        var generator = Splitter(seed: seed)
        let name = JournalField.name(forKey: generator.text(), value: "x")
        #expect((1...64).contains(name.utf8.count))
        #expect(name.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } == true)
        #expect(name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") })
    }

    @Test func `a value of a megabyte is cut and still arrives`() throws {
        let receiver = try DatagramReceiver()
        let journal = try #require(Journal(identifier: "test", socketPath: receiver.name))
        Logger(label: "test") { JournalLogHandler(label: $0, journal: journal) }.error("\(String(repeating: "x", count: 1 << 20))")
        let record = try #require(receiver.poll())
        let message = try #require(JournalDecoder.fields(of: record).first { $0.name == "MESSAGE" })
        #expect(message.value.count == JournalEntry.maximumValueBytes + "…".utf8.count)
    }

    @Test func `a journal that does not keep up loses records, says so and never waits`() throws {
        let receiver = try DatagramReceiver()
        let journal = try #require(Journal(identifier: "test", socketPath: receiver.name))
        let logger = Logger(label: "test") { JournalLogHandler(label: $0, journal: journal) }
        for number in 0..<2_000 { logger.info("record", metadata: ["number": "\(number)"]) }

        var arrived = 0
        while receiver.poll() != nil { arrived += 1 }
        #expect(arrived > 0 && arrived < 2_000)
        logger.info("after")
        let gap = try #require(receiver.pollText())
        #expect(gap.contains("MESSAGE=\(2_000 - arrived) log records were lost"))
        #expect(try #require(receiver.pollText()).contains("MESSAGE=after"))
    }

    @Test func `standard error is the journal only when device and inode match`() {
        #expect(!Journal.isStandardError(environment: [:]))
        #expect(!Journal.isStandardError(environment: ["JOURNAL_STREAM": "1:2"]))
    }
}

/// SplitMix64 with texts of an awkward kind.
struct Splitter: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func text() -> String {
        let pieces = ["a", "Z", "0", "_", "=", "\n", "\r\n", "\0", " ", "é", "🙂", "PRIORITY=0\n", "-", "."]
        return (0..<Int.random(in: 0...40, using: &self)).compactMap { _ in pieces.randomElement(using: &self) }.joined()
    }
}
