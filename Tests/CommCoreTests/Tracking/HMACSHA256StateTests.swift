import CommTesting
import Testing

@testable import CommCore

@Suite struct HMACSHA256StateTests {
    @Test func `the code of the standard's example token comes out`() {
        let input =
            "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiJodHRwczovL3N1aXRlLmV4YW1wbGUiLCJzdWIiOiJ1c2VyXzciLCJhdWQiOiJzdWl0"
            + "ZS1hcGkiLCJpYXQiOjE3NjcyMjU2MDAsIm5iZiI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI2NTAwLCJqdGkiOiJqMSJ9"
        var state = HMACSHA256State(key: Array(0..<32))
        state.update(Array(input.utf8))
        var output: [UInt8] = []
        state.appendCode(to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "2-d9u4Q3VnElPqJ2EhVeVprOdawU3j7YwyOIb9EybkQ")
    }

    /// RFC 4231, test cases 1, 2, 3 and 6.
    @Test(arguments: [
        (
            Array(repeating: UInt8(0x0B), count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            Array(repeating: UInt8(0xAA), count: 20), Array(repeating: UInt8(0xDD), count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(repeating: UInt8(0xAA), count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `the codes of RFC 4231 come out`(key: [UInt8], message: [UInt8], expected: String) throws {
        var state = HMACSHA256State(key: key)
        state.update(message)
        let characters = Array(expected)
        let code = try stride(from: 0, to: characters.count, by: 2).map { try #require(UInt8(String(characters[$0...$0 + 1]), radix: 16)) }
        #expect(state.matches(code))
        #expect(!state.matches([]))
        #expect(!state.matches(Array(repeating: 0, count: 32)))
    }

    @Test(arguments: 0...10) func `a copied state goes its own way`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
        let cut = Int.random(in: 0...300, using: &random)
        var shared = HMACSHA256State(key: [1])
        shared.update(Array(bytes[..<cut]))
        var whole = HMACSHA256State(key: [1])
        whole.update(bytes)
        var first = shared
        first.update(Array(bytes[cut...]))
        shared.update(Array("other".utf8))
        var firstCode: [UInt8] = []
        var wholeCode: [UInt8] = []
        first.appendCode(to: &firstCode)
        whole.appendCode(to: &wholeCode)
        #expect(firstCode == wholeCode)
    }
}
