import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite struct Base64URLTests {
    @Test(arguments: 0...70) func `any bytes come back, and are encoded as the library does`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = String(decoding: Base64URL.encode(bytes), as: UTF8.self)
        let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(text == expected)
        #expect(text.utf8.count == Base64URL.encodedCount(count))
        #expect(Base64URL.decode(text.utf8) == bytes)
    }

    @Test(arguments: ["A", "AA==", "A+", "A/", "A A", "AB", "AAB", "é"]) func `what no encoder writes is refused`(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
