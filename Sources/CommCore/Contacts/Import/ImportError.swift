import CSV

/// Why a file was refused as a whole; nothing was changed then.
package struct ImportError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case listNotFound = "list_not_found"
        /// Not readable as CSV: encoding, NUL bytes, an unclosed quote, no content.
        case invalidFile = "invalid_file"
        /// The header line cannot be used.
        case invalidHeader = "invalid_header"
        case missingEmailColumn = "missing_email_column"
    }

    package let code: Code
    /// A sentence for the person who sent the file.
    package let message: String
    /// Row as a spreadsheet counts, where there is one.
    package let row: Int?
    /// Column from 1, where there is one.
    package let column: Int?

    package init(_ code: Code, _ message: String, row: Int? = nil, column: Int? = nil) {
        self.code = code
        self.message = message
        self.row = row
        self.column = column
    }

    init(_ error: CSVError) {
        self.init(.invalidFile, error.message, row: error.row, column: error.column)
    }

    static let listNotFound = ImportError(.listNotFound, "List not found")
}
