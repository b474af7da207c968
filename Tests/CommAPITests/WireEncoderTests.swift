import Foundation
import Testing

@testable import comm_api

@Suite("How answers are written")
struct WireEncoderTests {
    private struct Sample: Encodable {
        let zeta: Int
        let tenantID: UUID
        let createdAt: Date
        @OrNull var note: String?
        let missing: String?
        let addedCount: Double
        let attributes: [String: Int]
        let listIDs: [UUID]
    }

    @Test("fields keep their order, names become snake_case, nulls are written where asked for")
    func spelling() throws {
        let id = try #require(UUID(uuidString: "0192F0C1-0000-7000-8000-0000000000AB"))
        let sample = Sample(
            zeta: 1,
            tenantID: id,
            createdAt: Date(timeIntervalSince1970: 1.5),
            note: nil,
            missing: nil,
            addedCount: 2.5,
            attributes: ["myKey": 1],
            listIDs: [id]
        )
        let expected =
            #"{"zeta":1,"tenant_id":"0192f0c1-0000-7000-8000-0000000000ab","created_at":"1970-01-01T00:00:01.500Z","note":null,"#
            + #""addedCount":2.5,"attributes":{"myKey":1},"list_ids":["0192f0c1-0000-7000-8000-0000000000ab"]}"#
        #expect(String(decoding: try WireEncoder.encode(sample), as: UTF8.self) == expected)
    }

    @Test(
        "names",
        arguments: [
            ("id", "id"), ("bodyHTML", "body_html"), ("listIDs", "list_ids"), ("compiledHTMLSize", "compiled_html_size"),
            ("totalRecipients", "totalRecipients"), ("hasNext", "hasNext"), ("utm_source", "utm_source"), ("importID", "import_id"),
        ]
    )
    func names(name: String, wire: String) {
        #expect(WireEncoder.wireName(name) == wire)
    }
}
