import CSV

/// What a parser made of a file: its records as text, the errors of records, and the error that ended it.
struct Reading: Equatable {
    struct Record: Equatable {
        let row: Int
        let byteOffset: Int
        let fields: [String]
        let error: CSVError?
    }

    var records: [Record] = []
    var refusal: CSVError?
    var delimiter: CSVDelimiter?

    var fields: [[String]] { records.map(\.fields) }
    var errors: [CSVError] { records.compactMap(\.error) }

    /// Reads a file cut into chunks of the given sizes, the last one repeated; no sizes: in one piece.
    init(_ file: [UInt8], chunks: [Int] = [], delimiter: CSVDelimiter? = nil, limits: CSVLimits = CSVLimits()) throws {
        var parser = CSVParser(delimiter: delimiter, limits: limits)
        var records: [Record] = []
        do {
            var start = 0
            var turn = 0
            while start < file.count {
                let size = chunks.isEmpty ? file.count : max(1, chunks[min(turn, chunks.count - 1)])
                let end = min(file.count, start + size)
                try parser.parse(Array(file[start..<end])) { records.append(Record($0)) }
                start = end
                turn += 1
            }
            try parser.finish { records.append(Record($0)) }
        } catch let error as CSVError {
            refusal = error
        }
        self.records = records
        self.delimiter = parser.delimiter
    }

    init(_ file: String, limits: CSVLimits = CSVLimits()) throws {
        try self.init(Array(file.utf8), limits: limits)
    }
}

extension Reading.Record {
    init(_ record: borrowing CSVRecord) {
        self.init(row: record.row, byteOffset: record.byteOffset, fields: record.texts, error: record.error)
    }
}
