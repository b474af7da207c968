import CSV
import Testing

@Suite("CSV properties")
struct CSVPropertyTests {
    private static let alphabet: [String] = [
        "a", "b", "Z", "9", " ", ",", ";", "\t", "\"", "\r", "\n", "\r\n", "=", "+", "š", "€", "😀", "'", "@",
    ]

    private static func table(_ generator: inout SeededGenerator) -> [[String]] {
        let columns = Int.random(in: 1...6, using: &generator)
        return (0..<Int.random(in: 1...8, using: &generator)).map { _ in
            (0..<columns).map { _ in
                (0..<Int.random(in: 0...7, using: &generator))
                    .map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
                    .joined()
            }
        }
    }

    @Test("a table that is written and read again is the same, however the file is cut", arguments: 0..<300 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let table = Self.table(&generator)
        let delimiter = CSVDelimiter.allCases[Int.random(in: 0..<3, using: &generator)]
        var writer = CSVWriter(
            delimiter: delimiter,
            quoting: Bool.random(using: &generator) ? .always : .whereNeeded,
            neutralisesFormulas: false,
            byteOrderMark: Bool.random(using: &generator)
        )
        for record in table { writer.write(record) }
        let file = writer.take()

        let whole = try Reading(file, delimiter: delimiter)
        #expect(whole.refusal == nil)
        #expect(whole.fields == table)
        let sizes = (0..<40).map { _ in Int.random(in: 1...9, using: &generator) }
        #expect(try Reading(file, chunks: sizes, delimiter: delimiter) == whole)
    }

    @Test("random bytes never crash, stay within the limits, and read the same however they are cut", arguments: 0..<400 as Range<UInt64>)
    func randomBytes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let special: [UInt8] = Array(",;\t\"\"\r\n\n a".utf8) + [0xC3, 0xA9, 0xFF]
        let raw = seed.isMultiple(of: 4)
        let file = (0..<Int.random(in: 0...2_000, using: &generator)).map { _ in
            raw ? UInt8.random(in: 0...255, using: &generator) : special[Int.random(in: 0..<special.count, using: &generator)]
        }
        let limits = CSVLimits(fieldBytes: 12, recordBytes: 40, columns: 5)
        let whole = try Reading(file, limits: limits)
        let sizes = (0..<400).map { _ in Int.random(in: 1...7, using: &generator) }
        #expect(try Reading(file, chunks: sizes, limits: limits) == whole)
        for record in whole.records {
            #expect(record.fields.count <= limits.columns)
            #expect(record.error != nil || record.fields.allSatisfy { $0.utf8.count <= limits.fieldBytes })
            #expect(record.byteOffset < max(1, file.count))
        }
        #expect(zip(whole.records, whole.records.dropFirst()).allSatisfy { $0.row < $1.row && $0.byteOffset < $1.byteOffset })
    }

    @Test("a long file is read the same across the sample that finds the delimiter", arguments: [1, 7, 4_096, 16_383, 16_384, 16_385])
    func sampleBoundary(chunk: Int) throws {
        let file = Array((0..<3_000).map { "user\($0)@example.com;\"Name; \($0)\"\r\n" }.joined().utf8)
        let reading = try Reading(file, chunks: [chunk])
        #expect(reading.records.count == 3_000)
        #expect(reading.records.allSatisfy { $0.fields.count == 2 && $0.error == nil })
        #expect(reading.records.last?.fields == ["user2999@example.com", "Name; 2999"])
    }
}
