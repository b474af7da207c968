/// What the first bytes of a file say about its encoding.
enum CSVEncodingCheck: Equatable {
    case text(byteOrderMark: Bool)
    case refused(CSVError.Code)

    /// Judges a file by its first bytes (four or more, unless the file is shorter).
    init(_ start: [UInt8]) {
        func begins(_ bytes: [UInt8]) -> Bool { start.starts(with: bytes) }
        if begins([0xFF, 0xFE, 0x00, 0x00]) || begins([0x00, 0x00, 0xFE, 0xFF]) {
            self = .refused(.utf32)
        } else if begins([0xFF, 0xFE]) || begins([0xFE, 0xFF]) {
            self = .refused(.utf16)
        } else if begins([0x50, 0x4B, 0x03, 0x04]) {
            self = .refused(.archive)
        } else if begins([0xEF, 0xBB, 0xBF]) {
            self = .text(byteOrderMark: true)
        } else {
            self = Self.byNulPattern(start)
        }
    }

    /// Text of Western letters in UTF-16 or UTF-32 has a NUL in every second byte, or in three of four.
    private static func byNulPattern(_ start: [UInt8]) -> CSVEncodingCheck {
        guard start.count >= 4 else { return .text(byteOrderMark: false) }
        let nuls = start.prefix(4).map { $0 == 0 }
        return switch (nuls[0], nuls[1], nuls[2], nuls[3]) {
        case (true, true, true, false), (false, true, true, true): .refused(.utf32)
        case (true, false, true, false), (false, true, false, true): .refused(.utf16)
        default: .text(byteOrderMark: false)
        }
    }
}
