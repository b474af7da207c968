import CommTesting
import Testing

@testable import comm_api

@Suite("multipart/form-data")
struct MultipartParserTests {
    private struct Part: Equatable {
        let headers: MultipartHeaders
        var bytes: [UInt8] = []
        var isComplete = false
    }

    /// Parses the body in pieces of random sizes.
    private func parts(_ body: [UInt8], boundary: String = "XX", seed: UInt64 = 0) throws -> [Part] {
        var random = SeededGenerator(seed: seed)
        var parser = MultipartParser(boundary: boundary)
        var parts: [Part] = []
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...max(1, body.count / 3), using: &random))
            rest = rest.dropFirst(piece.count)
            try parser.feed(piece) { event in
                switch event {
                case .part(let headers): parts.append(Part(headers: headers))
                case .bytes(let bytes): parts[parts.count - 1].bytes += bytes
                case .partEnd: parts[parts.count - 1].isComplete = true
                }
            }
        }
        try parser.finish()
        return parts
    }

    @Test("however the body is cut, the parts are the same")
    func anyCut() throws {
        let content = "a,b\r\n--X\r\n--XY\r\n\r\n\"--XX\"\r"
        let body =
            "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"dryRun\"\r\n\r\ntrue\r\n--XX  \r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\\\a \\\"q\\\".csv\"\r\nContent-Type: text/csv\r\n\r\n"
            + content + "\r\n--XX\r\ncontent-disposition: form-data; name=empty\r\n\r\n\r\n--XX--\r\nepilogue"
        for seed in UInt64(0)..<500 {
            let parts = try parts(Array(body.utf8), seed: seed)
            #expect(parts.map(\.headers.name) == ["dryRun", "file", "empty"], "seed \(seed)")
            #expect(parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["true", content, ""], "seed \(seed)")
            #expect(parts.allSatisfy { $0.isComplete })
            #expect(parts[1].headers == MultipartHeaders(name: "file", fileName: "a \"q\".csv", contentType: "text/csv"))
        }
    }

    @Test("random bytes come through unchanged")
    func randomContent() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            // Few letters make near-boundaries likely.
            let content = (0..<Int.random(in: 0...400, using: &random)).map { _ in Array("\r\n-XY".utf8).randomElement(using: &random) ?? 0
            }
            // What looks like the boundary at the beginning of a line may not stand in a part (RFC 2046, 5.1.1).
            guard !String(decoding: [0x0D, 0x0A] + content, as: UTF8.self).contains("\r\n--XX") else { continue }
            let body = Array("--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n".utf8) + content + Array("\r\n--XX--".utf8)
            #expect(try parts(body, seed: seed).first?.bytes == content, "seed \(seed)")
        }
    }

    @Test(
        "broken forms are refused",
        arguments: [
            "", "--XX", "--XX\r\n", "--XX\r\n\r\nno disposition\r\n--XX--", "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nno end", "--XXjunk\r\n", "--XX\r\nnonsense\r\n\r\nx\r\n--XX--",
        ]
    )
    func broken(body: String) {
        #expect(throws: MultipartError.self) { try parts(Array(body.utf8)) }
    }

    @Test("headers and number of parts are bounded")
    func limits() {
        let longHeader = "--XX\r\nContent-Disposition: form-data; name=\"\(String(repeating: "n", count: 20_000))\"\r\n\r\nx\r\n--XX--"
        #expect(throws: MultipartError.self) { try parts(Array(longHeader.utf8)) }
        let many = String(repeating: "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n", count: 40) + "--XX--"
        #expect(throws: MultipartError.self) { try parts(Array(many.utf8)) }
    }

    @Test(
        "the boundary is taken from the content type",
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", "a b"),
            ("multipart/form-data", nil), ("multipart/mixed; boundary=abc", nil), ("text/csv", nil),
            ("multipart/form-data; boundary=", nil),
            ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", nil),
        ] as [(String, String?)]
    )
    func boundary(contentType: String, boundary: String?) {
        #expect(MultipartParser.boundary(of: contentType) == boundary)
    }
}
