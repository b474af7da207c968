import CommTesting
import Testing

@testable import comm_api

@Suite("Reading a large array while it arrives")
struct StreamedArrayReaderTests {
    private struct Outcome: Equatable {
        var elements: [String] = []
        var rest = ""
    }

    private func read(_ text: String, pieces: Int = .max) throws -> Outcome {
        var reader = StreamedArrayReader(member: "items", largestElement: 100, largestRest: 1_000)
        var outcome = Outcome()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(pieces, max(bytes.count, 1))) {
            try reader.read(bytes[start..<min(start + min(pieces, bytes.count), bytes.count)]) {
                outcome.elements.append(String(decoding: $0, as: UTF8.self))
            }
        }
        guard reader.isComplete else { throw reader.incomplete }
        outcome.rest = String(decoding: reader.rest, as: UTF8.self)
        return outcome
    }

    @Test("elements of every kind come out as they were written, wherever the array stands and however it is cut")
    func elements() throws {
        let text = #" { "a" : {"items":[1]}, "items" : [ "x,]\"" , {"b":[1,{"c":"}"}]} ,3, null,[ ] ] , "z":[true, 1e3] , "n" : 5 } "#
        let whole = try read(text)
        #expect(whole.elements == [#""x,]\"""#, #"{"b":[1,{"c":"}"}]}"#, "3", "null", "[ ]"])
        #expect(whole.rest == #"{"a":{"items":[1]},"z":[true, 1e3],"n":5}"#)
        for pieces in 1...7 { #expect(try read(text, pieces: pieces) == whole) }
    }

    @Test("an empty array, no array and an array that is none are told apart")
    func none() throws {
        #expect(try read(#"{"items":[]}"#) == Outcome(elements: [], rest: "{}"))
        #expect(try read("{}") == Outcome(elements: [], rest: "{}"))
        #expect(try read(#"{"items":"x"}"#).rest == #"{"items":"x"}"#)
    }

    @Test(
        "what is no object, or not whole, is refused",
        arguments: [
            "", "[]", "{", #"{"items":["#, #"{"items":[1"#, #"{"items":[1,]}"#, #"{"items":[,1]}"#, #"{"items":[1]"#, "{}x", "{1:2}",
            #"{"a":1,}"#,
        ]
            + [#"{"items":[1],"items":[2]}"#, #"{"a"}"#, #"{"a":}"#]
    )
    func broken(text: String) {
        #expect(throws: StreamedArrayReader.Failure.self) { try read(text) }
    }

    @Test("one element and everything else have their limits")
    func limits() {
        #expect(throws: StreamedArrayReader.Failure.elementTooLarge(index: 1)) {
            try read("{\"items\":[1,\"\(String(repeating: "x", count: 200))\"]}")
        }
        #expect(throws: StreamedArrayReader.Failure.restTooLarge) { try read("{\"a\":\"\(String(repeating: "x", count: 2_000))\"}") }
    }

    @Test("any document survives being taken apart and put together", arguments: 0..<200)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func value(_ depth: Int) -> String {
            switch Int.random(in: 0..<(depth > 2 ? 4 : 6), using: &random) {
            case 0: return "\(Int.random(in: -99...99, using: &random))"
            case 1: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
            case 2, 3:
                return "\""
                    + (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                        ["a", "\\\"", "]", "}", ",", "\\\\"].randomElement(using: &random) ?? ""
                    }.joined() + "\""
            case 4: return "[" + (0..<Int.random(in: 0..<3, using: &random)).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
            default:
                return "{" + (0..<Int.random(in: 0..<3, using: &random)).map { "\"k\($0)\":" + value(depth + 1) }.joined(separator: ",")
                    + "}"
            }
        }
        let elements = (0..<Int.random(in: 0..<6, using: &random)).map { _ in value(1) }.filter { $0.utf8.count <= 100 }
        let (before, after) = (value(1), value(1))
        let text = "{\"a\":\(before),\"items\":[\(elements.joined(separator: ","))],\"b\":\(after)}"
        let outcome = try read(text, pieces: Int.random(in: 1...9, using: &random))
        #expect(outcome == Outcome(elements: elements, rest: "{\"a\":\(before),\"b\":\(after)}"), "\(text)")
    }
}
