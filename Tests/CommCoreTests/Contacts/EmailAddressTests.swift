import CommCore
import CommTesting
import Testing

@Suite("E-mail address")
struct EmailAddressTests {
    private func problem(_ text: String, policy: EmailAddress.Policy = []) -> EmailAddressProblem? {
        do {
            _ = try EmailAddress(text, policy: policy)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "ordinary addresses are accepted and normalized",
        arguments: [
            ("ann@example.com", "ann@example.com"),
            ("  Ann.Smith+News@Example.COM\t", "ann.smith+news@example.com"),
            ("o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
            ("a@1and1.com", "a@1and1.com"),
            ("a@r3---sn.example.com", "a@r3---sn.example.com"),
        ]
    )
    func ordinary(text: String, expected: String) throws {
        let address = try EmailAddress(text)
        #expect(address.normalized == expected)
        #expect(expected.hasSuffix("@" + address.domain))
        #expect(address.deliverable == address.original)
    }

    @Test("the spelling of the local part is kept, comparing ignores it")
    func spelling() throws {
        let address = try EmailAddress(" Ann.Smith@Example.com ")
        #expect(address.original == "Ann.Smith@Example.com")
        #expect(try address == EmailAddress("ann.smith@EXAMPLE.com"))
    }

    @Test(
        "refused with the reason",
        arguments: [
            ("", EmailAddressProblem.empty), ("   ", .empty), ("ann", .missingAt), ("a@b@example.com", .multipleAt),
            ("@example.com", .emptyLocalPart), ("ann@", .emptyDomain),
            (".ann@example.com", .localPartDot), ("ann.@example.com", .localPartDot), ("a..n@example.com", .localPartDot),
            ("a b@example.com", .localPartCharacter), ("Ann <ann@example.com>", .localPartCharacter),
            ("a,b@example.com", .localPartCharacter),
            ("a\r\nBcc:x@example.com", .localPartCharacter), ("a\u{0}b@example.com", .localPartCharacter),
            ("\"ann\"@example.com", .localPartQuoted), ("jürgen@example.com", .localPartInternational),
            ("ann@example", .singleLabel), ("ann@[127.0.0.1]", .addressLiteral), ("ann@127.0.0.1", .numericTopLevel),
            ("ann@.example.com", .emptyLabel), ("ann@example..com", .emptyLabel), ("ann@example.com.", .emptyLabel),
            ("ann@-example.com", .labelHyphen), ("ann@example-.com", .labelHyphen),
            ("ann@exa_mple.com", .labelCharacter), ("ann@example.com>", .labelCharacter), ("ann@exam ple.com", .labelCharacter),
            ("ann@xn--a.example.com", .internationalDomain), ("ann@bad\u{2028}.com", .internationalDomain),
        ] as [(String, EmailAddressProblem)]
    )
    func refused(text: String, expected: EmailAddressProblem) {
        #expect(problem(text) == expected)
        #expect(!expected.message.isEmpty)
    }

    @Test("lengths are met exactly and exceeded by one octet")
    func lengths() {
        func text(_ length: Int) -> String { String(repeating: "a", count: length) }
        #expect(problem(text(64) + "@example.com") == nil)
        #expect(problem(text(65) + "@example.com") == .localPartTooLong)
        #expect(problem("a@" + text(63) + ".com") == nil)
        #expect(problem("a@" + text(64) + ".com") == .labelTooLong)
        let domain = [text(63), text(63), text(61)].joined(separator: ".")
        #expect(problem(text(60) + "@" + domain + ".com") == nil)
        #expect(problem(text(61) + "@" + domain + ".com") == .tooLong)
        #expect(problem(text(2) + "@" + [domain, text(63), "com"].joined(separator: ".")) == .domainTooLong)
        #expect(problem("a@" + text(100_000) + ".com") == .tooLong)
    }

    @Test(
        "international domains are turned to ASCII, non-transitionally",
        arguments: [
            ("ann@MÜNCHEN.de", "ann@xn--mnchen-3ya.de"), ("ann@straße.de", "ann@xn--strae-oqa.de"),
            ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"), ("Ann@XN--MNCHEN-3YA.de", "ann@xn--mnchen-3ya.de"),
        ]
    )
    func internationalDomain(text: String, expected: String) throws {
        let address = try EmailAddress(text)
        #expect(address.normalized == expected)
        #expect(address.original == text)
        #expect(address.deliverable.utf8.allSatisfy { $0 < 0x80 })
        #expect(try EmailAddress(address.deliverable) == address)
    }

    @Test("a policy opens quoted and international local parts and single labels")
    func policy() throws {
        #expect(try EmailAddress("\"Ann\"@example.com", policy: .quotedLocalPart).normalized == "ann@example.com")
        #expect(try EmailAddress("\"A \\\"B\\c\"@example.com", policy: .quotedLocalPart).normalized == "\"a \\\"bc\"@example.com")
        #expect(problem("\"ann@example.com", policy: .quotedLocalPart) == .missingAt)
        #expect(problem("\"a\"b@example.com", policy: .quotedLocalPart) == .localPartCharacter)
        #expect(try EmailAddress("JU\u{308}RGEN@example.com", policy: .internationalLocalPart).normalized == "jürgen@example.com")
        #expect(problem("a\u{a0}b@example.com", policy: .internationalLocalPart) == .localPartCharacter)
        #expect(problem("root@localhost", policy: .singleLabelDomain) == nil)
    }

    @Test(
        "random text gives a reason or an address that reads as itself, and both ways of reading agree",
        arguments: 0..<500 as Range<UInt64>
    )
    func agreement(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = ["a", "Z", "0", ".", "@", "@", "-", "\"", "\\", "ü", "xn--", "[", "]", " ", "_", "co", "é", "\u{200d}", "。"]
        let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }
            .joined()
        let all: EmailAddress.Policy = [.quotedLocalPart, .internationalLocalPart, .singleLabelDomain]
        let trimmed = Array(text.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed())
        var fast: [UInt8] = []
        do {
            let address = try EmailAddress(text, policy: all)
            #expect(try EmailAddress(address.normalized, policy: all).normalized == address.normalized)
            try trimmed.withUnsafeBufferPointer { try EmailAddress.appendNormalized($0, policy: all, to: &fast) }
            #expect(fast == Array(address.normalized.utf8))
        } catch {
            #expect(throws: EmailAddressProblem.self) {
                try trimmed.withUnsafeBufferPointer { try EmailAddress.appendNormalized($0, policy: all, to: &fast) }
            }
        }
    }
}
