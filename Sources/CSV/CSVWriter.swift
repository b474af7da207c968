/// Writes CSV as RFC 4180 wants it, safe to open in a spreadsheet.
///
/// A cell that a spreadsheet would run as a formula (its first character is one of `= + - @`, their full-width forms, tab, CR or LF)
/// gets a leading apostrophe, unless told otherwise. Reading does not take it away again: a neutralised export is for people.
package struct CSVWriter: Sendable {
    /// Which cells stand in quotes.
    package enum Quoting: Sendable {
        /// Those that need it: delimiter, quote, line end, or a blank at one end.
        case whereNeeded
        case always
    }

    private let delimiter: UInt8
    private let quoting: Quoting
    private let neutralisesFormulas: Bool
    private var buffer: [UInt8] = []
    private var fieldsInRecord = 0
    private var recordIsBare = true

    /// A writer at the start of a file; the mark tells spreadsheets that the file is UTF-8.
    package init(
        delimiter: CSVDelimiter = .comma,
        quoting: Quoting = .whereNeeded,
        neutralisesFormulas: Bool = true,
        byteOrderMark: Bool = false
    ) {
        self.delimiter = delimiter.rawValue
        self.quoting = quoting
        self.neutralisesFormulas = neutralisesFormulas
        if byteOrderMark { buffer = [0xEF, 0xBB, 0xBF] }
    }

    /// Bytes written and not yet taken.
    package var count: Int { buffer.count }

    /// Writes a whole record; a missing value becomes an empty cell.
    package mutating func write(_ fields: [String?]) {
        for field in fields { write(field: field ?? "") }
        endRecord()
    }

    /// Writes one cell of the record at hand.
    package mutating func write(field: String) {
        var field = field
        field.withUTF8 { write(utf8: $0) }
    }

    /// Ends the record at hand.
    package mutating func endRecord() {
        // One empty unquoted cell would be an empty line, which readers leave out.
        if fieldsInRecord == 1, recordIsBare { buffer += [CSVByte.quote, CSVByte.quote] }
        buffer += [CSVByte.carriageReturn, CSVByte.lineFeed]
        fieldsInRecord = 0
        recordIsBare = true
    }

    /// Takes what has been written so far, leaving the writer empty.
    package mutating func take() -> [UInt8] {
        defer { buffer.removeAll(keepingCapacity: false) }
        return buffer
    }

    private mutating func write(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if fieldsInRecord > 0 { buffer.append(delimiter) }
        fieldsInRecord += 1
        let isFormula = neutralisesFormulas && Self.startsFormula(bytes)
        guard quoting == .always || isFormula || needsQuotes(bytes) else {
            buffer.append(contentsOf: bytes)
            if !bytes.isEmpty { recordIsBare = false }
            return
        }
        recordIsBare = false
        buffer.append(CSVByte.quote)
        if isFormula { buffer.append(CSVByte.apostrophe) }
        for byte in bytes {
            if byte == CSVByte.quote { buffer.append(CSVByte.quote) }
            buffer.append(byte)
        }
        buffer.append(CSVByte.quote)
    }

    private func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.first == CSVByte.space || bytes.last == CSVByte.space { return true }
        return bytes.contains {
            $0 == delimiter || $0 == CSVByte.quote || $0 == CSVByte.lineFeed || $0 == CSVByte.carriageReturn
        }
    }

    private static func startsFormula(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first else { return false }
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"): return true
        case CSVByte.tab, CSVByte.carriageReturn, CSVByte.lineFeed: return true
        case 0xEF where bytes.count >= 3 && bytes[1] == 0xBC:
            // U+FF1D ＝, U+FF0B ＋, U+FF0D －, U+FF20 ＠
            return [0x9D, 0x8B, 0x8D, 0xA0].contains(bytes[2])
        default: return false
        }
    }
}
