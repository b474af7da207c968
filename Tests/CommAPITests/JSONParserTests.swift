import CommTesting
import Testing

@testable import comm_api

@Suite("JSON of strangers")
struct JSONParserTests {
    @Test("every kind of value is read")
    func values() throws {
        let text = #" {"a":[1,-2.5e3,true,false,null,"x\n\u00e9\ud83d\ude00\/"],"b":{}} "#
        let expected = JSONValue.object([
            "a": .array([.number("1"), .number("-2.5e3"), .bool(true), .bool(false), .null, .string("x\né😀/")]), "b": .object([:]),
        ])
        #expect(try JSONParser.parse(Array(text.utf8)) == expected)
    }

    @Test(
        "what is not acceptable is refused with its place",
        arguments: [
            ("", 1, 1), ("{", 1, 2), (#"{"a":}"#, 1, 6), ("{\n  \"a\": tru\n}", 2, 8), ("[1,]", 1, 4), ("[01]", 1, 3), ("[1.]", 1, 4),
            ("[\"a]", 1, 2), ("[\"\u{1}\"]", 1, 3), (#"["\x"]"#, 1, 3), ("[1] 2", 1, 5), (#"{"a":1,"a":2}"#, 1, 8), ("[1e999]", 1, 2),
            ("[1e99999]", 1, 2), (#"["\ud800"]"#, 1, 3), (#"["\u0000"]"#, 1, 3), ("[NaN]", 1, 2), ("'a'", 1, 1),
        ]
    )
    func refusals(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text.utf8)) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    }

    @Test("the field at fault is named")
    func fieldNames() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(#"{"a":[{"b":"\u0000"}]}"#.utf8)) }
        #expect(error?.field == "a[0].b" && error?.code == .unstorableText)
        #expect(JSONPath.pointer(of: "a[0].b") == "#/a/0/b")
    }

    @Test("bytes that are no UTF-8 are refused")
    func encoding() {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array("[]".utf8) + [0]) }
    }

    @Test("depth is bounded")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(JSONParser.deepest)) }
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(nested(JSONParser.deepest + 1)) }
        #expect(error?.code == .tooDeep)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(nested(1_000_000)) }
    }

    @Test("what is written is read again, whatever the text")
    func roundTrip() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &random))
            }
            let value = JSONValue.object(["k": .array([.string(String(String.UnicodeScalarView(scalars)))])])
            #expect(try JSONParser.parse(WireEncoder.encode(value)) == value, "seed \(seed)")
        }
    }

    @Test("damaged documents never crash the parser")
    func damage() {
        let text = Array(#"{"a":[1,2.5,{"b":"\u00e9\n"},null,true],"c":"x"}"#.utf8)
        for seed in UInt64(0)..<2_000 {
            var random = SeededGenerator(seed: seed)
            var damaged = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            damaged.removeLast(Int.random(in: 0..<5, using: &random))
            let value = try? JSONParser.parse(damaged)
            if let value { #expect(throws: Never.self) { try WireEncoder.encode(value) } }
        }
    }

    @Test("reports are cut out of their array as they were received")
    func objects() throws {
        func texts(_ text: String) throws -> [String]? {
            try JSONParser.objects(in: Array(text.utf8))?.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try texts(#" {"a": 1} "#) == [#"{"a": 1}"#])
        #expect(try texts(#"[{"a": 1},  {"b":[2]}]"#) == [#"{"a": 1}"#, #"{"b":[2]}"#])
        #expect(try texts("[]") == [])
        #expect(try texts("[{},1]") == nil)
        #expect(try texts("\"x\"") == nil)
        #expect(throws: JSONSyntaxError.self) { try texts("[{}") }
    }
}
