import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("API key text")
struct APIKeyTextTests {
    private let tenant = UUID()
    private let id = UUID()

    private func make(seed: UInt64 = 1) -> APIKeyText {
        var random = SeededGenerator(seed: seed)
        return APIKeyText(tenantID: tenant, keyID: id, using: &random)
    }

    @Test("what was written is read back", arguments: 0..<50)
    func roundTrip(seed: UInt64) {
        let key = make(seed: seed)
        #expect(APIKeyText(key.text) == key)
        #expect(key.text.utf8.count == 90)
        #expect(key.text.hasPrefix("cb_"))
    }

    @Test("anything else is no key")
    func malformed() {
        let text = make().text
        for length in 0..<text.count { #expect(APIKeyText(String(text.prefix(length))) == nil) }
        #expect(APIKeyText(text + "A") == nil)
        #expect(APIKeyText("CB_" + text.dropFirst(3)) == nil)
        #expect(APIKeyText(text.replacing("_", with: "=")) == nil)
        #expect(APIKeyText(String(repeating: "é", count: 45)) == nil)
    }

    @Test("a changed character is another key or none", arguments: 3..<90)
    func changed(position: Int) {
        let key = make()
        var bytes = Array(key.text.utf8)
        bytes[position] = bytes[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(APIKeyText(String(decoding: bytes, as: UTF8.self)) != key)
    }

    @Test("the secret is as random as its source")
    func fresh() {
        #expect(make(seed: 1).secret != make(seed: 2).secret)
        #expect(make().secretHash.count == 32)
    }

    @Test("a comparison sees every byte")
    func comparison() {
        let bytes = [UInt8](repeating: 7, count: 32)
        #expect(ConstantTime.equal(bytes, bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!ConstantTime.equal(bytes, other))
        }
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
    }
}
