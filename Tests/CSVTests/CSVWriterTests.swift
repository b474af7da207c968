import CSV
import Testing

@Suite("CSV writer")
struct CSVWriterTests {
    private func text(_ fields: [String?], _ writer: CSVWriter = CSVWriter()) -> String {
        var writer = writer
        writer.write(fields)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    @Test("cells are quoted where RFC 4180 needs it, and quotes doubled")
    func quoting() {
        #expect(text(["a", "b c", "d,e", "f\"g", "h\ni", " j", nil]) == "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\",\" j\",\r\n")
        #expect(text(["a", nil], CSVWriter(quoting: .always)) == "\"a\",\"\"\r\n")
        #expect(text(["a;b", "c,d"], CSVWriter(delimiter: .semicolon)) == "\"a;b\";c,d\r\n")
    }

    @Test(
        "a cell that would run as a formula gets an apostrophe",
        arguments: ["=1+1", "+370 600", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"]
    )
    func formulas(cell: String) {
        #expect(text([cell]) == "\"'\(cell)\"\r\n")
        #expect(text([cell], CSVWriter(neutralisesFormulas: false)).contains("'") == false)
    }

    @Test("harmless cells stay as they are", arguments: ["a=b", "1-2", "ann@example.com", "Smith & Sons", "'quoted", "！"])
    func harmless(cell: String) {
        #expect(text([cell]) == "\(cell)\r\n")
    }

    @Test("the byte order mark comes once, at the start")
    func byteOrderMark() {
        var writer = CSVWriter(byteOrderMark: true)
        writer.write(["a"])
        #expect(writer.take() == [0xEF, 0xBB, 0xBF, 0x61, 0x0D, 0x0A])
        writer.write(["b"])
        #expect(writer.take() == [0x62, 0x0D, 0x0A])
    }

    @Test("a record of one empty cell is not an empty line")
    func oneEmptyCell() {
        #expect(text([""]) == "\"\"\r\n")
        #expect(text([nil], CSVWriter(byteOrderMark: true)).hasSuffix("\"\"\r\n"))
    }
}
