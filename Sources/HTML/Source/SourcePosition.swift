/// A place in a source, for people.
package struct SourcePosition: Sendable, Equatable {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int

    /// The place of a byte offset.
    package init(offset: Int, in source: [UInt8]) {
        var line = 1
        var column = 1
        for byte in source[..<min(max(offset, 0), source.count)] {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}
