/// The character between two fields.
package enum CSVDelimiter: UInt8, CaseIterable, Sendable {
    case comma = 0x2C
    case semicolon = 0x3B
    case tab = 0x09

    /// Guesses the delimiter from the first records of a file.
    ///
    /// A candidate must stand in the first record; the one that cuts most of the sampled records into the same number of
    /// fields wins, then the one that makes more fields, then the order comma, semicolon, tab.
    /// The sample may end in the middle of a record: an incomplete last record is not counted, unless it is the only one.
    static func detect(in sample: some Collection<UInt8>) -> CSVDelimiter {
        let records = counts(in: sample)
        guard let header = records.first else { return .comma }
        var best = CSVDelimiter.comma
        var bestScore = (agreeing: 0, fields: 0)
        for (index, candidate) in allCases.enumerated() where header[index] > 0 {
            let agreeing = records.count { $0[index] == header[index] }
            if (agreeing, header[index]) > bestScore {
                bestScore = (agreeing, header[index])
                best = candidate
            }
        }
        return best
    }

    /// Occurrences of each candidate outside quotes, for each record of the sample (at most ten, empty ones left out).
    private static func counts(in sample: some Collection<UInt8>) -> [[Int]] {
        let none = [Int](repeating: 0, count: allCases.count)
        var records: [[Int]] = []
        var current = none
        var length = 0
        var quoted = false
        for byte in sample {
            if byte == CSVByte.quote { quoted.toggle() }
            if !quoted, byte == CSVByte.lineFeed || byte == CSVByte.carriageReturn {
                if length > 0 { records.append(current) }
                if records.count == 10 { return records }
                current = none
                length = 0
                continue
            }
            length += 1
            if !quoted, let candidate = CSVDelimiter(rawValue: byte), let index = allCases.firstIndex(of: candidate) {
                current[index] += 1
            }
        }
        if records.isEmpty, length > 0 { records.append(current) }
        return records
    }
}
