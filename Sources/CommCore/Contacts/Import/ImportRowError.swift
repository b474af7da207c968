/// Why one row of a file was left out.
package struct ImportRowError: Error, Sendable, Equatable, Codable {
    /// Longest value that is kept, in bytes.
    static let longestValue = 200

    /// Row as a spreadsheet counts: the header is row 1.
    package let row: Int
    /// Header of the column at fault, where it is one column.
    package let column: String?
    /// A stable word, such as `missing_email` or `too_few_fields`.
    package let code: String
    /// A sentence for people.
    package let message: String
    /// What stood there, cut to 200 bytes.
    package let value: String?

    package init(row: Int, column: String?, code: String, message: String, value: String?) {
        self.row = row
        self.column = column
        self.code = code
        self.message = message
        self.value = value
    }
}
