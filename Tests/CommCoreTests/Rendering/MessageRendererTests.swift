import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite struct MessageRendererTests {
    private let key: LinkTokenKey
    private let bases: LinkBases
    private let issuedAt = Date(timeIntervalSince1970: 1_767_225_600)

    init() throws {
        key = try LinkTokenKey(id: "k1", secret: Array(repeating: 7, count: 32))
        bases = try LinkBases(tracking: "https://track.test/", publicBase: "https://comm.test/app")
    }

    private let program = RenderProgram(
        fields: ["name", "attributes.city"],
        subject: [.literal("Hi "), .field(0, default: "there", .header)],
        html: [
            .literal("<p title=\""), .field(1, default: "", .html), .literal("\">"), .field(0, default: "you & me", .html),
            .literal("</p>\n<a href=\""),
            .trackedLink(0), .literal("\">x</a><a href=\""), .trackedLink(1), .literal("\">y</a><a href=\""), .unsubscribeURL(.html),
            .literal("\">bye</a><img src=\""), .openPixelURL, .literal("\">"),
        ],
        text: [.literal("Hi \"you\"\n"), .trackedLink(1), .literal(" "), .unsubscribeURL(.text)],
        links: [
            LinkTarget(index: 0, url: [.literal("https://e.test/?a=1")]),
            LinkTarget(index: 4, url: [.literal("https://e.test/"), .field(1, default: "none", .urlComponent)]),
        ]
    )

    private func renderer(_ program: RenderProgram? = nil) throws -> MessageRenderer {
        try MessageRenderer(program: program ?? self.program, bases: bases, signer: LinkTokenSigner(key: key))
    }

    private func recipient(_ values: [String?]) -> RecipientValues {
        let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
        return RecipientValues(tenantID: id, campaignID: id, contactID: id, messageID: id, issuedAt: issuedAt, values: values)
    }

    private func tokens(_ text: String, behind base: String) -> [String] {
        text.ranges(of: base).map { String(text[$0.upperBound...].prefix { $0 != "\"" && $0 != " " && $0 != "\n" }) }
    }

    @Test func `values stand escaped in their places and defaults stand in for missing ones`() throws {
        let full = try renderer().render(recipient(["<Ann>", "a\"b"]))
        #expect(String(decoding: full.subject, as: UTF8.self) == "Hi <Ann>")
        #expect(String(decoding: try #require(full.html), as: UTF8.self).hasPrefix("<p title=\"a&quot;b\">&lt;Ann&gt;</p>\n"))
        let bare = try renderer().render(recipient([nil, ""]))
        #expect(String(decoding: bare.subject, as: UTF8.self) == "Hi there")
        #expect(String(decoding: try #require(bare.html), as: UTF8.self).hasPrefix("<p title=\"\">you &amp; me</p>\n"))
    }

    @Test func `links carry tokens with the recipient's own target`() throws {
        let content = try renderer().render(recipient(["Ann", "São Paulo"]))
        let verifier = LinkTokenVerifier(keys: [key])
        let clicks = try tokens(String(decoding: try #require(content.html), as: UTF8.self), behind: "https://track.test/c/").map {
            try verifier.verify($0, for: .click, now: issuedAt).link
        }
        #expect(clicks == [.init(index: 0, url: "https://e.test/?a=1"), .init(index: 4, url: "https://e.test/S%C3%A3o%20Paulo")])
        let text = String(decoding: content.text, as: UTF8.self)
        #expect(tokens(text, behind: "https://track.test/c/").count == 1)
        let unsubscribe = try #require(tokens(text, behind: "https://comm.test/app/t/u/").first)
        #expect(content.unsubscribeURL == Array("https://comm.test/app/t/u/\(unsubscribe)".utf8))
        #expect(try verifier.verify(unsubscribe, for: .unsubscribe, now: issuedAt).subject == recipient([]).subject)
    }

    @Test func `rendering twice gives the same bytes`() throws {
        #expect(try renderer().render(recipient(["A", "B"])) == renderer().render(recipient(["A", "B"])))
    }

    @Test func `the JSON form is the plain form inside a JSON string`() throws {
        let renderer = try renderer()
        var message = BoundMessage()
        for name in ["Ann", "\"\\\u{1}\n<x>", "é😀"] {
            try renderer.bind(recipient([name, name]), to: &message)
            for part in MessagePart.allCases {
                var plain: [UInt8] = []
                var json = Array("[\"".utf8)
                try renderer.append(part, of: message, as: .plain, to: &plain)
                try renderer.append(part, of: message, as: .json, to: &json)
                json += Array("\"]".utf8)
                #expect(try JSONDecoder().decode([String].self, from: Data(json)) == [String(decoding: plain, as: UTF8.self)])
            }
        }
    }

    @Test func `a message can be bound again to another recipient`() throws {
        let renderer = try renderer()
        var message = BoundMessage()
        try renderer.bind(recipient(["A", "longer than before"]), to: &message)
        try renderer.bind(recipient(["B", nil]), to: &message)
        var html: [UInt8] = []
        try renderer.append(.html, of: message, to: &html)
        #expect(try html == renderer.render(recipient(["B", nil])).html)
    }

    @Test func `a value that makes no web address of a link is an error of its recipient`() throws {
        var program = program
        program.links[1].url = [.field(1, default: "", .wholeURL)]
        let renderer = try renderer(program)
        #expect(throws: RenderError(.invalidLink, "link 4: a tracked link needs an absolute http or https URL")) {
            try renderer.render(recipient(["A", "javascript:alert(1)"]))
        }
        #expect(try renderer.render(recipient(["A", "https://own.test/"])).html != nil)
    }

    @Test func `values that do not fit the fields are refused`() throws {
        let error = #expect(throws: RenderError.self) { try renderer().render(recipient(["A"])) }
        #expect(error?.code == .valueCount)
    }

    @Test func `a body over the limit is refused`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        var program = program
        program.text = Array(repeating: .field(0, default: "", .text), count: 11)
        let error = #expect(throws: RenderError.self) { try renderer(program).render(recipient([long, "B"])) }
        #expect(error?.code == .bodyTooLarge)
    }

    @Test func `a program that refers to what it has not is refused`() {
        for segment in [Segment.field(2, default: "", .html), .field(-1, default: "", .html), .trackedLink(2)] {
            var program = program
            program.text = [segment]
            let error = #expect(throws: RenderError.self) { try renderer(program) }
            #expect(error?.code == .invalidProgram)
        }
    }

    @Test(arguments: ["", "track.test", "https://", "https://t.test/?x", "https://t.test/a&b", "https://t.test/<", "ftp://t.test"])
    func `bases have to be plain web addresses`(base: String) {
        #expect(throws: RenderError.self) { try LinkBases(tracking: base, publicBase: "https://e.test") }
    }

    @Test func `a program survives its JSON, and its hash with it`() throws {
        let text = try program.encoded()
        let read = try JSONDecoder().decode(RenderProgram.self, from: Data(text.utf8))
        #expect(read == program)
        #expect(try read.contentHash() == program.contentHash())
        #expect(try program.contentHash().count == 64)
    }
}
