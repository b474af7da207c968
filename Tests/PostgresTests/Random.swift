import Foundation

/// Values for property tests.
enum Random {
    static func uuid(using random: inout some RandomNumberGenerator) -> UUID {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    static func bytes(using random: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Any Unicode text without U+0000.
    static func text(using random: inout some RandomNumberGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...80, using: &random) {
            let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 1...0x7F : 1...0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    /// A date between 1900 and 2100 in whole milliseconds.
    static func date(using random: inout some RandomNumberGenerator) -> Date {
        Date(timeIntervalSinceReferenceDate: Double(Int.random(in: -3_155_760_000_000...3_155_760_000_000, using: &random)) / 1000)
    }
}
