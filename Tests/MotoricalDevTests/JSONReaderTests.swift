import Foundation
import Testing

@testable import motorical_dev

@Suite("Jobs are read off JSON without keeping what is not wanted")
struct JSONReaderTests {
    private func strings(_ json: String) throws -> [String] {
        var reader = JSONReader(Array(json.utf8))
        var strings: [String] = []
        try reader.array { strings.append(try $0.string()) }
        return strings
    }

    @Test func `members are read, skipped and told apart from null`() throws {
        let json = """
            {"a":"x", "skip": {"b":[1,-2.5e+3,true,null,{"c":"}]\\""}], "d":{}}, "n":null, "list":["1","2"] , "e":[]}
            """
        var reader = JSONReader(Array(json.utf8))
        var seen: [String: String?] = [:]
        var list: [String] = []
        try reader.object { key, reader in
            switch key {
            case "a", "n": seen[key] = try reader.optionalString()
            case "list": try reader.array { list.append(try $0.string()) }
            default: try reader.skip()
            }
        }
        #expect(seen == ["a": "x", "n": nil])
        #expect(list == ["1", "2"])
    }

    @Test(arguments: [
        #"["\"\\\/\b\f\n\r\t"]"#, #"["\u00e9\u65e5\ud83c\udf89"]"#, #"["é日🎉"]"#, #"["\ud83c","\udf89x","\ud83cx"]"#, #"[]"#,
        #" [ "a" , "b" ] "#,
    ])
    func `strings mean what Foundation says they mean`(json: String) throws {
        let expected = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String]
        let read = try strings(json)
        if let expected { #expect(read == expected) } else { #expect(read.allSatisfy { $0.contains("\u{FFFD}") }) }
    }

    @Test(arguments: ["", "[", "[\"a", "[\"a\"", "[\"a\",]", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\u12g4\"]", "{}", "[a]", "[\"\\"])
    func `what is no JSON of the expected shape is an error`(json: String) {
        #expect(throws: JSONReader.Failure.self) { try strings(json) }
    }

    @Test func `nesting is bounded`() {
        let json = "{\"a\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
        #expect(throws: JSONReader.Failure.self) {
            var reader = JSONReader(Array(json.utf8))
            try reader.object { _, reader in try reader.skip() }
        }
    }

    @Test(arguments: UInt64(1)...200)
    func `noise is never more than an error`(seed: UInt64) {
        var state = seed
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let pieces = ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "a", "1", "null", " ", "é", "\"a\":", "\"b\","]
        let json = "{" + (0..<40).map { _ in pieces[draw(pieces.count)] }.joined()
        var reader = JSONReader(Array(json.utf8))
        var members = 0
        try? reader.object { _, reader in
            members += 1
            try reader.skip()
        }
        #expect(members <= 41)
    }
}
