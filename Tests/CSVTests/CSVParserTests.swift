import CSV
import Testing

@Suite("CSV parser")
struct CSVParserTests {
    @Test("plain records end with CRLF, LF or CR, also mixed, and the last needs no line end")
    func lineEnds() throws {
        let reading = try Reading("a,b\r\n1,2\n3,4\r5,6")
        #expect(reading.fields == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]])
        #expect(reading.records.map(\.row) == [1, 2, 3, 4])
    }

    @Test("quoted fields hold delimiters, doubled quotes and line ends")
    func quotedFields() throws {
        let reading = try Reading("name,note\n\"Smith, Ann\",\"said \"\"hi\"\"\r\nand left\"\n")
        #expect(reading.fields == [["name", "note"], ["Smith, Ann", "said \"hi\"\r\nand left"]])
    }

    @Test("blanks around a quoted field are dropped, blanks inside an unquoted one are kept")
    func blanks() throws {
        #expect(try Reading("  \"a b\"  , c d ,e\n").fields == [["a b", " c d ", "e"]])
    }

    @Test("a quote inside an unquoted field is an ordinary character")
    func strayQuote() throws {
        #expect(try Reading("a,b\n5\" disk,x\n").fields == [["a", "b"], ["5\" disk", "x"]])
    }

    @Test("empty lines are left out and still count as rows")
    func emptyLines() throws {
        let reading = try Reading("a\n\n\r\n\"\"\nb\n")
        #expect(reading.fields == [["a"], [""], ["b"]])
        #expect(reading.records.map(\.row) == [1, 4, 5])
    }

    @Test("a UTF-8 byte order mark is no part of the first field")
    func byteOrderMark() throws {
        let reading = try Reading([0xEF, 0xBB, 0xBF] + Array("email\na@b.co\n".utf8))
        #expect(reading.fields == [["email"], ["a@b.co"]])
        #expect(reading.records.first?.byteOffset == 3)
    }

    @Test("byte offsets point at the first byte of each record")
    func byteOffsets() throws {
        #expect(try Reading("a,b\r\nc,d\n\ne").records.map(\.byteOffset) == [0, 5, 10])
    }

    @Test(
        "the delimiter is found from the first records",
        arguments: [
            ("email;name\na@b.co;Smith, John\nc@d.co;Doe, Jane\n", CSVDelimiter.semicolon),
            ("email,name\na@b.co,x;y;z\n", .comma),
            ("email\tname\na@b.co\tx\n", .tab),
            ("email\na@b.co\n", .comma),
            ("\"a;b\",c\nd,e\n", .comma),
            ("a;b,c\n1;2\n3;4\n", .semicolon),
            ("", .comma),
        ]
    )
    func delimiterDetection(file: String, expected: CSVDelimiter) throws {
        #expect(try Reading(file).delimiter == expected)
    }

    @Test("a first line sep=; tells the delimiter")
    func separatorLine() throws {
        let reading = try Reading("sep=;\r\na,b;c\r\n")
        #expect(reading.delimiter == .semicolon)
        #expect(reading.fields == [["a,b", "c"]])
        #expect(reading.records.first?.row == 2)
    }

    @Test("a quote that is never closed refuses the file and names where it was opened")
    func unclosedQuote() throws {
        let refusal = try #require(try Reading("a,b\n1,\"2\n3,4\n").refusal)
        #expect(refusal.code == .unclosedQuote)
        #expect((refusal.row, refusal.column, refusal.byteOffset) == (2, 2, 6))
    }

    @Test(
        "other encodings and archives are refused by name",
        arguments: [
            ([0xFF, 0xFE, 0x61, 0x00, 0x2C, 0x00], CSVError.Code.utf16),
            ([0xFE, 0xFF, 0x00, 0x61], .utf16),
            ([0x61, 0x00, 0x2C, 0x00, 0x62, 0x00], .utf16),
            ([0x00, 0x61, 0x00, 0x2C], .utf16),
            ([0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00], .utf32),
            ([0x00, 0x00, 0xFE, 0xFF], .utf32),
            ([0x61, 0x00, 0x00, 0x00], .utf32),
            ([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00], .archive),
        ] as [([UInt8], CSVError.Code)]
    )
    func otherEncodings(file: [UInt8], expected: CSVError.Code) throws {
        #expect(try Reading(file).refusal?.code == expected)
        #expect(try Reading(file, chunks: [1]).refusal?.code == expected)
    }

    @Test("a NUL byte refuses the file and is located", arguments: ["ab,c\nd,e\u{0}f\n", "ab,c\nd,\"\u{0}f\"\n", "ab,c\nd,\"e\"\u{0}\n"])
    func nulByte(file: String) throws {
        let refusal = try #require(try Reading(file).refusal)
        #expect(refusal.code == .nulByte)
        #expect((refusal.row, refusal.column) == (2, 2))
        #expect(Array(file.utf8)[refusal.byteOffset] == 0)
    }

    @Test("invalid UTF-8 marks its record with row and column, the others are read")
    func invalidUTF8() throws {
        let reading = try Reading(Array("a,b\nok,".utf8) + [0xC3, 0x28] + Array("\nšaltis,žiema\n".utf8))
        #expect(reading.errors.map(\.code) == [.invalidUTF8])
        #expect(reading.errors.map { [$0.row, $0.column] } == [[2, 2]])
        #expect(reading.errors.first?.message == "Invalid UTF-8 in row 2, column 2.")
        #expect(reading.records.last?.fields == ["šaltis", "žiema"])
    }

    @Test("text after a closing quote marks its record, the next one is read")
    func textAfterQuote() throws {
        let reading = try Reading("a,b\n\"x\"y,z\n1,2\n")
        #expect(reading.errors.map(\.code) == [.textAfterQuote])
        #expect(reading.records.last?.fields == ["1", "2"])
    }

    @Test("a record of ten megabytes is reported and dropped, the next one is read")
    func hugeRecord() throws {
        let file = Array("a,b\n".utf8) + [UInt8](repeating: 0x78, count: 10_000_000) + Array(",y \" z\n1,2\n".utf8)
        let reading = try Reading(file, chunks: [65_536])
        #expect(reading.errors.map(\.code) == [.fieldTooLong])
        #expect(reading.errors.first?.row == 2)
        #expect(reading.records.last?.fields == ["1", "2"])
    }

    @Test("limits are met exactly and exceeded by one byte or column")
    func limits() throws {
        let limits = CSVLimits(fieldBytes: 4, recordBytes: 6, columns: 3)
        #expect(try Reading("abcd,ef\n", limits: limits).errors.isEmpty)
        #expect(try Reading("abcde,f\n", limits: limits).errors.map(\.code) == [.fieldTooLong])
        #expect(try Reading("abcd,efg\n", limits: limits).errors.map(\.code) == [.recordTooLong])
        #expect(try Reading("a,b,c\n", limits: limits).errors.isEmpty)
        #expect(try Reading("a,b,c,\n", limits: limits).errors.map(\.code) == [.tooManyColumns])
    }

    @Test("a record that is kept outlives the parser's next record")
    func keptRecord() throws {
        var parser = CSVParser()
        var kept: [CSVRecord] = []
        try parser.parse(Array("a,b\nc,d\n".utf8)) { kept.append(copy $0) }
        try parser.finish { kept.append(copy $0) }
        #expect(kept.map(\.texts) == [["a", "b"], ["c", "d"]])
    }
}
