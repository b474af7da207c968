import Testing

@testable import CommCore

@Suite("What a bounce says about the address, the mail or us")
struct BounceClassifierTests {
    @Test(
        "codes are classified as the contract lists them",
        arguments: [
            ("5.1.1", "", BounceClass.hard), ("5.1.10", "null MX", .hard), ("5.1.2", "", .hard), ("5.1.0", "sender rejected", .config),
            ("5.1.0", "", .hard), ("5.1.8", "", .config), ("4.1.1", "", .soft), ("5.2.1", "mailbox disabled", .hard), ("5.2.1", "", .soft),
            ("4.2.1", "disabled", .soft), ("5.2.2", "", .full), ("4.2.2", "", .full), ("5.2.3", "", .content), ("5.3.4", "", .content),
            ("5.3.0", "", .soft), ("4.4.7", "", .expired), ("5.4.4", "Domain not found", .hard), ("5.4.4", "", .soft), ("4.4.1", "", .soft),
            ("5.5.0", "no such user", .hard), ("5.5.1", "", .config), ("5.6.7", "", .content), ("5.7.1", "listed at spamhaus", .block),
            ("5.7.1", "message rejected: spam content", .content), ("5.7.1", "user unknown", .hard), ("5.7.1", "relay denied", .config),
            ("5.7.1", "no", .policy), ("4.7.0", "", .block), ("5.7.8", "", .config), ("5.7.13", "", .hard), ("5.7.26", "", .policy),
            ("5.7.27", "", .config), ("4.7.28", "", .block), ("5.7.515", "", .policy), ("5.7.606", "", .block), ("4.7.650", "", .block),
            ("5.7.40", "", .policy), ("5.1.3", "", .hard), ("5.1.4", "", .hard), ("5.1.6", "", .hard), ("5.1.7", "", .config),
            ("4.1.2", "", .soft), ("5.2.1", "account suspended", .hard), ("5.2.4", "", .soft), ("4.2.4", "", .soft), ("5.3.1", "", .soft),
            ("4.3.2", "", .soft), ("5.3.5", "", .soft), ("4.4.2", "", .soft), ("5.4.3", "", .soft), ("4.4.5", "", .soft),
            ("5.4.6", "", .soft), ("5.4.7", "", .expired), ("5.5.3", "", .config), ("5.6.1", "", .content), ("5.7.9", "", .config),
            ("5.7.11", "", .config), ("5.7.14", "", .config), ("5.7.17", "", .hard), ("5.7.18", "", .hard), ("5.7.20", "", .policy),
            ("5.7.24", "", .policy), ("5.7.25", "", .policy), ("5.7.28", "", .block), ("5.7.29", "", .policy), ("5.7.30", "", .policy),
            ("4.7.27", "", .policy), ("4.7.32", "", .policy), ("5.7.649", "", .block), ("4.7.1", "", .block),
            ("5.7.1", "Sender address rejected: user unknown", .config),
        ]
    )
    func codes(status: String, text: String, expected: BounceClass) {
        #expect(BounceClassifier.classify(reply: nil, status: status, text: text) == expected)
        #expect(BounceClassifier.classify(reply: nil, status: nil, text: "smtp; 550 \(status) \(text)") == expected)
    }

    @Test("the code in the text counts when the field is vague")
    func contradiction() {
        #expect(BounceClassifier.classify(reply: nil, status: "5.0.0", text: "550 5.1.1 no such user") == .hard)
        #expect(BounceClassifier.classify(reply: nil, status: "5.1.1", text: "550 5.7.1 listed") == .hard)
        #expect(BounceClassifier.classify(reply: nil, status: "5.0.0", text: "The mailbox of the user is full") == .full)
    }

    @Test(
        "words decide where no code does",
        arguments: [
            ("550 No such user here", BounceClass.hard), ("552 Mailbox size quota exceeded", .full), ("554 Blocked using Spamhaus", .block),
            ("550 virus found", .content), ("550 DMARC check failed", .policy), ("451 Greylisted, try again later", .soft),
            ("delivery time expired", .expired), ("550 mailbox unavailable", .unknown), ("", .unknown), ("🦆", .unknown),
            ("550 not delivered (S3150)", .block), ("421 RP-001 limits for how many messages can be sent", .block),
            ("421 [TSS04] Messages temporarily deferred due to user complaints", .block), ("550 Sender verify failed", .config),
            ("550 sender rejected: no such user", .config), ("550 recipient rejected: user unknown", .hard),
        ]
    )
    func words(text: String, expected: BounceClass) {
        #expect(BounceClassifier.classify(reply: nil, status: nil, text: text) == expected)
    }

    @Test(
        "what is given up after its time was no dead address, and where the sender is held back not the address's fault at all",
        arguments: [
            ("450 4.1.1 user unknown", BounceClass.expired), ("451 try again later", .expired), ("", .expired),
            ("452 4.2.2 mailbox full", .full),
            ("421 4.7.28 unusual rate of mail", .block), ("421 [TS01] temporarily deferred due to user complaints", .block),
            ("450 4.7.26 unauthenticated", .policy), ("450 4.1.8 sender address rejected: domain not found", .config),
        ]
    )
    func givenUp(text: String, expected: BounceClass) {
        #expect(BounceClassifier.classifyGivenUp(reply: nil, status: nil, text: text) == expected)
    }

    @Test("only an address that is gone is suppressed")
    func kinds() {
        for kind in BounceClass.allCases { #expect((kind.kind == .hard) == (kind == .hard)) }
        #expect(BounceClassifier.classify(reply: 450, status: nil, text: "hm") == .soft)
    }
}
