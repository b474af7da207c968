import CSV

/// The fields of a record without the blanks around them; valid only while the record's bytes are borrowed.
struct ImportFields {
    let record: CSVRecord
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ record: CSVRecord, _ bytes: UnsafeBufferPointer<UInt8>) {
        self.record = record
        self.bytes = bytes
    }

    /// A field (from 0) without blanks, no-break spaces included, at its ends.
    subscript(field: Int) -> UnsafeBufferPointer<UInt8> {
        let range = record.range(field)
        var start = range.lowerBound
        var end = range.upperBound
        while start < end {
            if Self.isBlank(bytes[start]) {
                start += 1
            } else if start + 1 < end, Self.isNoBreakSpace(bytes[start], bytes[start + 1]) {
                start += 2
            } else {
                break
            }
        }
        while start < end {
            if Self.isBlank(bytes[end - 1]) {
                end -= 1
            } else if end - start >= 2, Self.isNoBreakSpace(bytes[end - 2], bytes[end - 1]) {
                end -= 2
            } else {
                break
            }
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    /// Whether nothing stands in the record.
    var isBlank: Bool {
        record.error == nil && (0..<record.count).allSatisfy { self[$0].isEmpty }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
    }

    private static func isNoBreakSpace(_ first: UInt8, _ second: UInt8) -> Bool {
        first == 0xC2 && second == 0xA0
    }
}
