import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite struct LogHandlerTests {
    private let time = Date(timeIntervalSince1970: 1_767_323_045.75)

    private func event(_ message: String, _ metadata: Logger.Metadata? = nil) -> LogEvent {
        LogEvent(level: .warning, message: "\(message)", metadata: metadata, source: "S", file: "F", function: "f", line: 1)
    }

    private struct Record: Decodable {
        let time: String
        let level: String
        let label: String
        let message: String
        let metadata: [String: String]?
    }

    @Test func `a record is one line of JSON`() {
        var handler = JSONLogHandler(label: "lane", now: { [time] in time })
        handler[metadataKey: "tenant_id"] = "t"
        #expect(
            handler.line(for: event("sent", ["count": "\(3)", "ids": ["a", "b"]]))
                == #"{"time":"2026-01-02T03:04:05.750Z","level":"warning","label":"lane","message":"sent","#
                + #""metadata":{"count":"3","ids":["a","b"],"tenant_id":"t"}}"#
        )
    }

    @Test(arguments: 0..<300) func `any text stays on its line and comes back as it was`(seed: UInt64) throws {
        let pieces = ["a", "\"", "\\", "\n", "\r", "\t", "\0", "\u{1B}[31m", "\u{7F}", "\u{9B}", "\u{2028}", "é", "🙂", "}", ","]
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        let text = (0..<30).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return pieces[Int(state >> 33) % pieces.count]
        }.joined()
        let line = JSONLogHandler(label: text).line(for: event(text, [text: "\(text)"]))
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0 == "\u{2028}" })
        let record = try JSONDecoder().decode(Record.self, from: Data(line.utf8))
        #expect(record.message == text)
        #expect(record.label == text)
        #expect(record.metadata == [text: text])

        let plain = TextLogHandler(label: "l", isColoured: false).line(for: event(text, ["k": "\(text)"]))
        #expect(!plain.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0 == "\u{2028}" })
    }

    @Test func `text is for people`() {
        let handler = TextLogHandler(label: "lane", isColoured: false, now: { [time] in time })
        #expect(
            handler.line(for: event("sent \"it\"", ["b": "two words", "a": "1"]))
                == "2026-01-02T03:04:05.750Z warning  lane: sent \"it\" a=1 b=\"two words\""
        )
        let coloured = TextLogHandler(label: "lane", isColoured: true, now: { [time] in time })
        #expect(coloured.line(for: event("x")).contains("\u{1B}[33mwarning \u{1B}[0m"))
    }

    @Test func `an error is shown`() {
        struct Broken: Error {}
        let event = LogEvent(
            level: .error,
            message: "x",
            error: Broken(),
            metadata: nil,
            source: "S",
            file: "F",
            function: "f",
            line: 1
        )
        #expect(JSONLogHandler(label: "l").line(for: event).contains(#""error":"Broken()""#))
        #expect(TextLogHandler(label: "l", isColoured: false).line(for: event).hasSuffix("error=Broken()"))
    }

    @Test(arguments: [
        (LogBootstrap.Format.auto, true, true, LogBootstrap.Destination.journal), (.auto, true, false, .journal),
        (.auto, false, true, .text), (.auto, false, false, .json), (.json, true, true, .json), (.text, true, false, .text),
    ])
    func `the destination follows what was asked for and what is there`(
        format: LogBootstrap.Format,
        hasJournal: Bool,
        isTerminal: Bool,
        expected: LogBootstrap.Destination
    ) {
        #expect(LogBootstrap.destination(format: format, hasJournal: hasJournal, isTerminal: isTerminal) == expected)
    }

    @Test func `lines of many writers do not mix`() async throws {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<10 {
                group.addTask {
                    for _ in 0..<10 { output.write(String(repeating: "\(writer)", count: 100)) }
                }
            }
        }
        try pipe.fileHandleForWriting.close()
        let lines = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 100)
        #expect(lines.allSatisfy { $0.count == 100 && Set($0).count == 1 })
    }
}
