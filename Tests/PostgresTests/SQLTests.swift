import Foundation
import Testing

@testable import Postgres

@Suite("SQL")
struct SQLTests {
    @Test("values become placeholders, in order, and never part of the text")
    func binds() {
        let sql: SQL = "SELECT \(1), \("'; DROP TABLE x") WHERE a = \(nil as String?)"
        #expect(sql.text == "SELECT $1, $2 WHERE a = $3")
        #expect(sql.parameters.types == [20, 0, 20] || sql.parameters.types == [20, 0, 0])
        #expect(sql.parameters.entries.map { $0.offset == nil } == [false, false, true])
    }

    @Test("pieces that are put together are numbered anew")
    func composes() {
        let conditions: [SQL] = ["a = \(1)", "b = \(2)", "c IS NULL"]
        let sql = "SELECT * FROM t WHERE \(sql: SQL.joined(conditions, separator: " AND "))" + " LIMIT \(3)" as SQL
        #expect(sql.text == "SELECT * FROM t WHERE a = $1 AND b = $2 AND c IS NULL LIMIT $3")
        #expect(sql.parameters.buffer.bytes.count == 24)
        #expect(sql.parameters.entries.map(\.offset) == [0, 8, 16])
    }

    @Test("nothing joined is empty")
    func joinsNothing() {
        #expect(SQL.joined([], separator: ", ").isEmpty)
        #expect(!("x" as SQL).isEmpty)
    }

    @Test("names and literals are quoted so that they cannot end early")
    func quotes() {
        let sql: SQL = "SELECT \(identifier: "a\"b") FROM \(raw: "t")"
        #expect(sql.text == "SELECT \"a\"\"b\" FROM t")
        #expect(SQL.quoted(literal: "it's") == "'it''s'")
        #expect(SQL.quoted(literal: "a\\'b") == " E'a\\\\''b'")
    }

    @Test("the configuration never shows its URL")
    func hidesURL() {
        let configuration = PostgresConfiguration(url: "postgres://u:topsecret@h/d")
        #expect(!"\(configuration)".contains("topsecret"))
        #expect(!String(reflecting: configuration).contains("topsecret"))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("topsecret"))
    }
}
