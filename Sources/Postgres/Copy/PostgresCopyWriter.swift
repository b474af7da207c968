/// Encodes rows for a binary COPY straight into one reused buffer, which goes out in pieces of 64 KB.
package struct PostgresCopyWriter {
    private static let pieceSize = 65_536
    /// `PGCOPY`, no flags, no header extension (PostgreSQL manual, COPY, "Binary format").
    private static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private static let trailer: Int16 = -1

    /// How many rows have been written.
    package private(set) var rowCount = 0
    private var row = PostgresCopyRow()
    private let send: (UnsafeRawBufferPointer) throws -> Void

    init(send: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.send = send
        row.buffer.reserve(Self.pieceSize * 2)
        row.buffer.append(Self.header)
    }

    /// Writes one row; `body` writes exactly `columns` values, in the order of the COPY statement.
    package mutating func row(columns: Int, _ body: (inout PostgresCopyRow) throws -> Void) throws {
        row.buffer.append(integer: Int16(truncatingIfNeeded: columns))
        row.count = 0
        try body(&row)
        rowCount += 1
        guard row.count == columns else {
            throw PostgresError(.invalidInput, "row \(rowCount) of a COPY has \(row.count) values, not \(columns)")
        }
        if row.buffer.count >= Self.pieceSize { try flush() }
    }

    /// Sends what is left.
    mutating func finish() throws {
        row.buffer.append(integer: Self.trailer)
        try flush()
    }

    private mutating func flush() throws {
        if let reason = row.buffer.invalid { throw PostgresError(.invalidInput, "\(reason) (in or before row \(rowCount) of a COPY)") }
        try row.buffer.bytes.withUnsafeBytes(send)
        row.buffer.removeAll()
    }
}
