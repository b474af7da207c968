/// What is wrong with a CSV file or with one of its records, and where.
package struct CSVError: Error, Equatable, Sendable {
    /// The closed set of findings; the raw value is stable and fit for an API answer.
    package enum Code: String, Sendable, CaseIterable {
        // The file as a whole is refused.
        case utf16 = "utf16"
        case utf32 = "utf32"
        case archive = "archive"
        case nulByte = "nul_byte"
        case unclosedQuote = "unclosed_quote"
        // One record is refused, the reader goes on with the next.
        case invalidUTF8 = "invalid_utf8"
        case textAfterQuote = "text_after_quote"
        case fieldTooLong = "field_too_long"
        case recordTooLong = "record_too_long"
        case tooManyColumns = "too_many_columns"
    }

    package let code: Code
    /// Number of the record as a spreadsheet counts rows: from 1, the header and empty lines included.
    package let row: Int
    /// Number of the field in its record, from 1.
    package let column: Int
    /// Offset in the file, in bytes from 0: of the offending byte for errors of the file, of the record for errors of a record.
    package let byteOffset: Int
    /// One sentence for people, naming row and column.
    package let message: String

    init(_ code: Code, row: Int, column: Int, byteOffset: Int, limits: CSVLimits) {
        self.code = code
        self.row = row
        self.column = column
        self.byteOffset = byteOffset
        let place = "row \(row), column \(column)"
        message =
            switch code {
            case .utf16: "The file is encoded as UTF-16; save it as UTF-8 and try again."
            case .utf32: "The file is encoded as UTF-32; save it as UTF-8 and try again."
            case .archive: "The file is a ZIP archive or a spreadsheet document, not CSV; export it as CSV (UTF-8) and try again."
            case .nulByte: "NUL byte in \(place) (byte \(byteOffset)): the file is not plain text."
            case .unclosedQuote: "The quote opened in \(place) (byte \(byteOffset)) is never closed."
            case .invalidUTF8: "Invalid UTF-8 in \(place)."
            case .textAfterQuote: "Text after the closing quote in \(place)."
            case .fieldTooLong: "The field in \(place) is longer than \(limits.fieldBytes) bytes."
            case .recordTooLong: "Row \(row) is longer than \(limits.recordBytes) bytes."
            case .tooManyColumns: "Row \(row) has more than \(limits.columns) columns."
            }
    }
}
