/// A streaming reader of CSV (RFC 4180, made tolerant): bytes are pushed in as they arrive, records come out as they end.
///
/// * Memory is bounded by `CSVLimits`, whatever the input.
/// * The delimiter is found from the start of the file, or told by a first line `sep=;` as spreadsheets write it.
/// * Lines end with CRLF, LF or CR, also mixed; a quoted field may hold any of them. Empty lines are left out.
/// * Blanks around a quoted field are dropped; a quote inside an unquoted field is an ordinary character.
/// * How the bytes are cut into chunks changes nothing.
///
/// A record that cannot be used (not UTF-8, too long, …) comes out with its `error` and reading goes on. What makes the whole
/// file unreadable (UTF-16, NUL bytes, a quote that is never closed) is thrown as `CSVError`; the parser must not be used afterwards.
package struct CSVParser: Sendable {
    private enum State {
        case unquoted, quoted
        /// A quote inside a quoted field: the end of it, or the first half of a doubled one.
        case quoteInQuoted
        /// Behind the closing quote.
        case afterQuote
    }

    /// Enough for the encoding, the delimiter and ten ordinary records.
    private static let sampleSize = 16_384

    /// The delimiter given or found; `nil` until enough of the file has been seen.
    package private(set) var delimiter: CSVDelimiter?
    package let limits: CSVLimits

    private var sample: [UInt8]? = []
    private var separator: UInt8 = CSVDelimiter.comma.rawValue
    private var state = State.unquoted
    private var record = CSVRecord()
    private var column = 1
    private var fieldStart = 0
    private var fieldIsBlank = true
    private var recordIsQuoted = false
    private var openQuote = (column: 0, byteOffset: 0)
    private var lastWasCarriageReturn = false
    private var position = 0

    /// A parser at the start of a file; without a delimiter it finds one.
    package init(delimiter: CSVDelimiter? = nil, limits: CSVLimits = CSVLimits()) {
        self.delimiter = delimiter
        self.limits = limits
        record.reset(row: 1, byteOffset: 0)
    }

    /// Reads the next bytes of the file and hands out every record that ends in them.
    package mutating func parse(_ chunk: [UInt8], _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        try chunk.withUnsafeBufferPointer { try parse($0, onRecord) }
    }

    /// Reads the next bytes of the file and hands out every record that ends in them.
    package mutating func parse(_ chunk: UnsafeBufferPointer<UInt8>, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        guard sample != nil else { return try consume(chunk, onRecord) }
        let missing = Self.sampleSize - (sample?.count ?? 0)
        sample?.append(contentsOf: chunk.prefix(missing))
        guard chunk.count >= missing else { return }
        try consumeSample(onRecord)
        try consume(UnsafeBufferPointer(rebasing: chunk.dropFirst(missing)), onRecord)
    }

    /// Ends the file: hands out the last record if no line end closed it.
    package mutating func finish(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        try consumeSample(onRecord)
        if state == .quoted {
            throw CSVError(.unclosedQuote, row: record.row, column: openQuote.column, byteOffset: openQuote.byteOffset, limits: limits)
        }
        if !record.bytes.isEmpty || !record.ends.isEmpty || recordIsQuoted || record.error != nil {
            try endRecord(at: position, onRecord)
        }
    }

    // MARK: - The start of the file

    private mutating func consumeSample(_ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        guard let start = sample else { return }
        sample = nil
        var skipped = 0
        switch CSVEncodingCheck(start) {
        case .refused(let code): throw CSVError(code, row: 1, column: 1, byteOffset: 0, limits: limits)
        case .text(let hasMark): skipped = hasMark ? 3 : 0
        }
        if delimiter == nil, let told = Self.separatorLine(start.dropFirst(skipped)) {
            delimiter = told
            skipped += 5
        }
        let found = delimiter ?? CSVDelimiter.detect(in: start.dropFirst(skipped))
        delimiter = found
        separator = found.rawValue
        position = skipped
        record.byteOffset = skipped
        try start.withUnsafeBufferPointer { try consume(UnsafeBufferPointer(rebasing: $0.dropFirst(skipped)), onRecord) }
    }

    /// The delimiter told by a first line like `sep=;`.
    private static func separatorLine(_ start: ArraySlice<UInt8>) -> CSVDelimiter? {
        let line = Array(start.prefix(6))
        guard line.count >= 5, line.starts(with: Array("sep=".utf8)) else { return nil }
        guard line.count == 5 || line[5] == CSVByte.lineFeed || line[5] == CSVByte.carriageReturn else { return nil }
        return CSVDelimiter(rawValue: line[4])
    }

    // MARK: - The machine

    private mutating func consume(_ input: UnsafeBufferPointer<UInt8>, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        var index = 0
        while index < input.count {
            switch state {
            case .unquoted:
                index = scanUnquoted(input, from: index)
                guard index < input.count else { break }
                try unquoted(input[index], at: position + index, onRecord)
                index += 1
            case .quoted:
                index = try scanQuoted(input, from: index)
                guard index < input.count else { break }
                state = .quoteInQuoted
                index += 1
            case .quoteInQuoted:
                if input[index] == CSVByte.quote {
                    keep(UnsafeBufferPointer(rebasing: input[index..<index + 1]))
                    state = .quoted
                    index += 1
                } else {
                    state = .afterQuote
                }
            case .afterQuote:
                try afterQuote(input[index], at: position + index, onRecord)
                index += 1
            }
        }
        position += input.count
    }

    /// Keeps ordinary bytes; returns the place of the next byte that means something.
    private mutating func scanUnquoted(_ input: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let separator = separator
        var index = start
        var bits: UInt8 = 0
        while index < input.count {
            let byte = input[index]
            // Quote, line ends, NUL, comma and tab all lie at or below the comma.
            if byte > CSVDelimiter.comma.rawValue ? byte == separator : Self.mayEndRun(byte, separator) { break }
            bits |= byte
            index += 1
        }
        if index > start {
            lastWasCarriageReturn = false
            record.allBits |= bits
            let run = UnsafeBufferPointer(rebasing: input[start..<index])
            if fieldIsBlank { fieldIsBlank = run.allSatisfy { $0 == CSVByte.space } }
            keep(run)
        }
        return index
    }

    @inline(__always)
    private static func mayEndRun(_ byte: UInt8, _ separator: UInt8) -> Bool {
        byte == separator || byte == CSVByte.quote || byte == CSVByte.lineFeed || byte == CSVByte.carriageReturn || byte == CSVByte.nul
    }

    /// Keeps the bytes of a quoted field; returns the place of the next quote.
    private mutating func scanQuoted(_ input: UnsafeBufferPointer<UInt8>, from start: Int) throws -> Int {
        var index = start
        var bits: UInt8 = 0
        while index < input.count {
            let byte = input[index]
            if byte == CSVByte.quote { break }
            if byte == CSVByte.nul { throw nulByte(at: position + index) }
            bits |= byte
            index += 1
        }
        if index > start {
            record.allBits |= bits
            keep(UnsafeBufferPointer(rebasing: input[start..<index]))
        }
        return index
    }

    private mutating func unquoted(_ byte: UInt8, at offset: Int, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        let followsCarriageReturn = lastWasCarriageReturn
        lastWasCarriageReturn = false
        switch byte {
        case separator:
            endField()
        case CSVByte.quote:
            openOrKeepQuote(at: offset)
        case CSVByte.lineFeed where followsCarriageReturn:
            record.byteOffset = offset + 1
        case CSVByte.lineFeed, CSVByte.carriageReturn:
            lastWasCarriageReturn = byte == CSVByte.carriageReturn
            try endRecord(at: offset + 1, onRecord)
        default:
            throw nulByte(at: offset)
        }
    }

    private mutating func openOrKeepQuote(at offset: Int) {
        guard fieldIsBlank else {
            return withUnsafeBytes(of: CSVByte.quote) { keep($0.bindMemory(to: UInt8.self)) }
        }
        dropField()
        fieldIsBlank = false
        recordIsQuoted = true
        openQuote = (column, offset)
        state = .quoted
    }

    private mutating func afterQuote(_ byte: UInt8, at offset: Int, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        switch byte {
        case separator:
            state = .unquoted
            endField()
        case CSVByte.lineFeed, CSVByte.carriageReturn:
            state = .unquoted
            lastWasCarriageReturn = byte == CSVByte.carriageReturn
            try endRecord(at: offset + 1, onRecord)
        case CSVByte.space:
            break
        case CSVByte.nul:
            throw nulByte(at: offset)
        default:
            fail(.textAfterQuote)
        }
    }

    // MARK: - The record

    private mutating func keep(_ run: UnsafeBufferPointer<UInt8>) {
        guard record.error == nil else { return }
        // What is reached first does not depend on how the bytes were cut into chunks.
        let roomInField = limits.fieldBytes - (record.bytes.count - fieldStart)
        let roomInRecord = limits.recordBytes - record.bytes.count
        if run.count > min(roomInField, roomInRecord) {
            return fail(roomInField <= roomInRecord ? .fieldTooLong : .recordTooLong)
        }
        record.bytes.append(contentsOf: run)
    }

    private mutating func endField() {
        if column > limits.columns { fail(.tooManyColumns) }
        column += 1
        fieldIsBlank = true
        guard record.error == nil else { return }
        record.ends.append(record.bytes.count)
        fieldStart = record.bytes.count
    }

    private mutating func dropField() {
        record.bytes.removeSubrange(fieldStart...)
    }

    private mutating func endRecord(at next: Int, _ onRecord: (borrowing CSVRecord) throws -> Void) throws {
        if !record.bytes.isEmpty || !record.ends.isEmpty || recordIsQuoted || record.error != nil {
            endField()
            if record.allBits & 0x80 != 0 { checkUTF8() }
            try onRecord(record)
        }
        record.reset(row: record.row + 1, byteOffset: next)
        column = 1
        fieldStart = 0
        fieldIsBlank = true
        recordIsQuoted = false
    }

    private mutating func checkUTF8() {
        guard record.error == nil else { return }
        for field in 0..<record.count where !Self.isUTF8(record.bytes, record.range(field)) {
            let code = CSVError.Code.invalidUTF8
            record.error = CSVError(code, row: record.row, column: field + 1, byteOffset: record.byteOffset, limits: limits)
            return
        }
    }

    private static func isUTF8(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        (try? UTF8Span(validating: bytes.span.extracting(range))) != nil
    }

    /// Marks the record with the first thing found wrong with it; only the fields before the fault stay in it.
    private mutating func fail(_ code: CSVError.Code) {
        guard record.error == nil else { return }
        record.error = CSVError(code, row: record.row, column: column, byteOffset: record.byteOffset, limits: limits)
        dropField()
    }

    private func nulByte(at offset: Int) -> CSVError {
        CSVError(.nulByte, row: record.row, column: column, byteOffset: offset, limits: limits)
    }
}
