/// One record: the unquoted bytes of all its fields in one buffer, and where each field ends.
///
/// No `String` is made unless asked for. The reader reuses one record; a copy that is kept stays valid.
package struct CSVRecord: Sendable {
    /// Number of the record as a spreadsheet counts rows: from 1, the header and empty lines included.
    package internal(set) var row = 0
    /// Offset of its first byte in the file.
    package internal(set) var byteOffset = 0
    /// Why the record must not be used; it then holds only the fields before the fault (all of them when it is not UTF-8).
    package internal(set) var error: CSVError?
    /// The unquoted bytes of all fields, one after the other.
    package internal(set) var bytes: [UInt8] = []
    var ends: [Int] = []
    /// All bytes or-ed together: the high bit says that some field is not ASCII.
    var allBits: UInt8 = 0

    /// Number of fields; an empty line has one empty field and is never handed out.
    package var count: Int { ends.count }

    /// Where a field (from 0) lies in `bytes`.
    package func range(_ field: Int) -> Range<Int> {
        (field == 0 ? 0 : ends[field - 1])..<ends[field]
    }

    /// The bytes of a field (from 0).
    package subscript(field: Int) -> ArraySlice<UInt8> {
        bytes[range(field)]
    }

    /// A field (from 0) as text.
    package func text(_ field: Int) -> String {
        String(decoding: self[field], as: UTF8.self)
    }

    /// All fields as text.
    package var texts: [String] { ends.indices.map(text) }

    mutating func reset(row: Int, byteOffset: Int) {
        self.row = row
        self.byteOffset = byteOffset
        error = nil
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        allBits = 0
    }
}
