/// Tells host names that look like others.
enum HostLook {
    /// What is suspicious about a host, as the end of a sentence; nil when nothing is.
    static func suspicion(of host: LinkHost) -> String? {
        for label in host.spelled.split(separator: ".") {
            if label.hasPrefix("xn--") { return "is written in punycode, so that people cannot read it" }
            let scripts = Set(label.unicodeScalars.compactMap(script))
            if scripts.count > 1, !isUsualMix(scripts) { return "mixes letters of several scripts" }
            if let only = scripts.first, only != .latin, looksLatin(label) { return "is made of letters that look like Latin ones" }
        }
        return nil
    }

    private enum Script: Hashable {
        case latin, greek, cyrillic, armenian, hebrew, arabic, han, kana, hangul, thai, cherokee, other
    }

    private static func script(_ scalar: Unicode.Scalar) -> Script? {
        switch scalar.value {
        case 0x30...0x39, 0x2D: nil
        case 0..<0x250, 0x1E00...0x1EFF, 0xFF21...0xFF5A: .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: .greek
        case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: .cyrillic
        case 0x530...0x58F: .armenian
        case 0x590...0x5FF: .hebrew
        case 0x600...0x77F, 0x8A0...0x8FF: .arabic
        case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF, 0x3005, 0x3007: .han
        case 0x3040...0x30FF: .kana
        case 0x1100...0x11FF, 0xAC00...0xD7AF: .hangul
        case 0xE00...0xE7F: .thai
        case 0x13A0...0x13FF, 0xAB70...0xABBF: .cherokee
        // Combining marks go with whatever is before them.
        case 0x300...0x36F: nil
        default: .other
        }
    }

    /// East Asian names are written in several scripts, often with Latin words among them (UTS 39, highly restrictive).
    private static func isUsualMix(_ scripts: Set<Script>) -> Bool {
        scripts.isSubset(of: [.latin, .han, .kana]) || scripts.isSubset(of: [.latin, .han, .hangul])
    }

    /// Whether every letter of a label could be taken for a Latin one.
    private static func looksLatin(_ label: Substring) -> Bool {
        label.unicodeScalars.allSatisfy { script($0) == nil || lookalikes.contains($0.value) }
    }

    /// Cyrillic, Greek and Armenian letters that most fonts draw like Latin ones.
    private static let lookalikes: Set<UInt32> = [
        0x430, 0x435, 0x43E, 0x440, 0x441, 0x443, 0x445, 0x455, 0x456, 0x458, 0x4BB, 0x501, 0x51B, 0x51D, 0x4CF, 0x43A, 0x442, 0x432, 0x43C,
        0x43D, 0x3BF, 0x3B1, 0x3BD, 0x3C1, 0x3B9, 0x3BA, 0x3C5, 0x585, 0x57D, 0x578, 0x570, 0x581,
    ]
}
