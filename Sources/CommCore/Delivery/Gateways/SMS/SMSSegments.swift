/// How a text travels as SMS: in which alphabet, and in how many parts (3GPP TS 23.038, TS 23.040).
package struct SMSSegments: Sendable, Equatable {
    package enum Encoding: String, Sendable {
        /// The default alphabet: 7 bits a character, two characters' room for some.
        case gsm7
        /// 16 bits a character; one character outside the default alphabet brings the whole text here.
        case ucs2

        /// Units that fit into a message of one part, and into each of several: their place among the others takes room, too.
        var room: (single: Int, part: Int) {
            switch self {
            case .gsm7: (160, 153)
            case .ucs2: (70, 67)
            }
        }
    }

    package let encoding: Encoding
    /// Septets or 16-bit units.
    package let units: Int
    /// Parts, each of which is paid for.
    package let count: Int

    package init(_ text: String) {
        let septets = text.unicodeScalars.map(Self.septets)
        let isDefault = septets.allSatisfy { $0 > 0 }
        encoding = isDefault ? .gsm7 : .ucs2
        // What takes two units is never torn apart.
        let pieces = isDefault ? septets : text.unicodeScalars.map { UTF16.width($0) }
        units = pieces.reduce(0, +)
        let room = encoding.room
        guard units > room.single else {
            count = 1
            return
        }
        var parts = 1
        var used = 0
        for piece in pieces {
            if used + piece > room.part {
                parts += 1
                used = 0
            }
            used += piece
        }
        count = parts
    }

    private static let basic = Set(
        """
        @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
        """.unicodeScalars
    )
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)

    /// Room of a character in the default alphabet; 0: it is not there.
    private static func septets(_ scalar: UnicodeScalar) -> Int {
        basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : 0
    }
}
