/// Where a line may end between characters that have no blanks between words (after UAX #14, without its dictionaries).
enum LineBreaks {
    /// Whether a line may end between what stands before and a wide character.
    static func isAllowed(between before: UInt32, and scalar: UInt32) -> Bool {
        if staysWithBefore(scalar) || isHangul(scalar) && isHangul(before) { return false }
        return !staysWithNext(before)
    }

    /// Whether a line may end behind a wide character when a narrow one follows.
    static func isAllowed(after before: UInt32) -> Bool {
        DisplayWidth.isWide(before) && !isHangul(before) && !staysWithNext(before)
    }

    /// Closing brackets, punctuation and small letters never begin a line.
    static func staysWithBefore(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3001...0x3002, 0x3005, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x3019, 0x301B, 0x301C...0x301F, 0x303B,
            0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x308E, 0x3095, 0x3096, 0x309B...0x309E, 0x30A0,
            0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30EE, 0x30F5, 0x30F6, 0x30FB...0x30FE,
            0xFF01, 0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D, 0xFF60, 0x2019, 0x201D, 0x2026, 0x21, 0x25,
            0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x3F, 0x5D, 0x7D:
            true
        default: false
        }
    }

    /// Opening brackets never end a line, and a blank is a break of its own.
    private static func staysWithNext(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0, 0x0A, 0x20, 0xA0, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0x3018, 0x301A, 0x301D, 0xFF04, 0xFF08, 0xFF3B,
            0xFF5B, 0xFF5F, 0xFFE1, 0xFFE5, 0x2018, 0x201C, 0x24, 0x28, 0x5B, 0x7B, 0xA3, 0xA5:
            true
        default: false
        }
    }

    /// Korean has blanks between words.
    private static func isHangul(_ scalar: UInt32) -> Bool {
        (0xAC00...0xD7A3).contains(scalar) || (0x1100...0x11FF).contains(scalar)
    }
}
