/// Bounds of one record; a record beyond them is reported and its surplus is dropped unread, so memory stays constant.
package struct CSVLimits: Equatable, Sendable {
    /// Longest field, in bytes without its quotes.
    package var fieldBytes: Int
    /// Longest record, in bytes of all its fields together.
    package var recordBytes: Int
    /// Most fields in a record.
    package var columns: Int

    /// Bounds for one record, each at least 1.
    package init(fieldBytes: Int = 65_536, recordBytes: Int = 1_048_576, columns: Int = 200) {
        self.fieldBytes = max(1, fieldBytes)
        self.recordBytes = max(1, recordBytes)
        self.columns = max(1, columns)
    }
}
