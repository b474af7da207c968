import Foundation

/// Names of contacts' own attributes: what the merge language can write between its braces.
package enum AttributeKey {
    /// Longest name, in characters.
    package static let longest = 64

    /// Whether a text is a name: letters, digits, `_`, `.` and `-` of ASCII.
    package static func isValid(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= longest && key.utf8.allSatisfy(isAllowed)
    }

    /// The name made of a column's header, nil when nothing of it can be kept: `Šalis / Country` becomes `salis_country`.
    package static func fromHeader(_ header: String) -> String? {
        var key: [UInt8] = []
        for scalar in header.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.isASCII, isAllowed(UInt8(scalar.value)) {
                key.append(UInt8(scalar.value))
            } else if !isMark(scalar), key.last != UInt8(ascii: "_") {
                key.append(UInt8(ascii: "_"))
            }
        }
        let name = String(decoding: key, as: UTF8.self).trimmingCharacters(in: CharacterSet(charactersIn: "_")).prefix(longest)
        return name.isEmpty ? nil : String(name)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }
}
