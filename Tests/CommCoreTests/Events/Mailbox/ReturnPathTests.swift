import CommTesting
import Crypto
import Foundation
import Testing

@testable import CommCore

@Suite("Return paths name their message and cannot be made up")
struct ReturnPathTests {
    private let path = BounceFixture.returnPath
    private let tenantID = UUIDv7.make(at: Date(timeIntervalSince1970: 1_795_000_000))
    private let messageID = UUIDv7.make(at: Date(timeIntervalSince1970: 1_795_000_001))

    @Test func `the contract's vector is reproduced`() {
        let key = SymmetricKey(data: Array("verp-test-key-0123456789".utf8))
        let id = Array(UInt8(0)...7)
        #expect(SignedToken.text(id, key: key, codeBytes: 5) == "aaaqeayeaudao" + "b3dgz37o")
        #expect(SignedToken.id(in: "aaaqeayeaudaob3dgz37o", keys: [key], idBytes: 8, codeBytes: 5) == id)
        #expect(SignedToken.id(in: "aaaqeayeaudaob3dgz37p", keys: [key], idBytes: 8, codeBytes: 5) == nil)
    }

    @Test func `the address fits into a local part, in letters that survive`() throws {
        let address = path.address(tenantID: tenantID, messageID: messageID)
        let parts = address.split(separator: "@")
        #expect(parts[1] == "news.example.org")
        #expect(parts[0].utf8.count <= 64)
        #expect(parts[0].utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) || $0 == UInt8(ascii: "+") })
    }

    @Test func `what servers do to addresses does not hide the message`() throws {
        let address = path.address(tenantID: tenantID, messageID: messageID)
        let forms = [
            address, address.uppercased(), "<\(address)>", "Bounces <\(address)>", "prvs=1234567890=\(address)",
            "SRS0=HHH=TT=news.example.org=\(address.split(separator: "@")[0])@forwarder.example",
            "from mx by mx for <\(address)>; Fri, 27 Nov 2026", "bounce+nonsense@x, \(address)",
        ]
        for form in forms {
            let found = try #require(path.reference(in: form), "\(form)")
            #expect(found.messageID == messageID)
            #expect(found.tenants.contains(OrderedUUID(tenantID)))
            #expect(!found.tenants.contains(OrderedUUID(UUID())))
        }
    }

    @Test(arguments: 0..<100)
    func `a changed token is no token`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let address = path.address(tenantID: tenantID, messageID: messageID)
        var letters = Array(address)
        let place = Int.random(in: 7..<(7 + ReturnPath.tokenLength), using: &random)
        let other = Array("abcdefghijklmnopqrstuvwxyz234567").filter { $0 != letters[place] }
        letters[place] = other.randomElement(using: &random) ?? "a"
        #expect(path.reference(in: String(letters)) == nil)
    }

    @Test func `another key's addresses are not believed, the previous key's are`() {
        let settings = ReturnPathSettings(local: "bounce", domain: "news.example.org")
        let other = ReturnPath(settings, secret: Secret("another secret that is long enough too"))
        let address = path.address(tenantID: tenantID, messageID: messageID)
        #expect(other.reference(in: address) == nil)
        let rotated = ReturnPath(
            settings,
            secret: Secret("another secret that is long enough too"),
            previous: Secret(BounceFixture.secret)
        )
        #expect(rotated.reference(in: address)?.messageID == messageID)
    }

    @Test(arguments: 0..<100)
    func `base32 comes back as it was`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = Base32.encode(bytes)
        #expect(text.utf8.count == Base32.length(bytes.count))
        #expect(Base32.decode(text) == bytes)
        #expect(Base32.decode(text.uppercased()) == bytes)
        #expect(Base32.decode(text + "1") == nil)
    }

    @Test func `no other text decodes to the same bytes`() {
        // The last digit has bits that no byte fills: they have to be 0.
        #expect(Base32.decode("aa") == [0])
        #expect(Base32.decode("ab") == nil)
        #expect(Base32.decode("a") == nil)
    }
}
