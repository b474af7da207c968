extension Double: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .float8 }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: bitPattern)
    }

    /// Reads `float8`, `float4`, the integers and, rounded to the nearest `Double`, `numeric`.
    package static func decode(_ value: PostgresValue) -> Double? {
        switch value.type {
        case PostgresType.float8.oid: value.integer(UInt64.self).map(Double.init(bitPattern:))
        case PostgresType.float4.oid: value.integer(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case TypeOID.numeric: NumericFormat.text(value.bytes).flatMap(Double.init)
        default: Int64.decode(value).map(Double.init)
        }
    }
}

/// The binary format of `numeric` (`numeric_send` in the server's `numeric.c`): digits of base 10,000.
enum NumericFormat {
    private static let nan: UInt16 = 0xC000
    private static let positiveInfinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000
    private static let negative: UInt16 = 0x4000

    /// The value as the server would print it.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        var reader = ByteReader(bytes)
        guard let count = reader.int16(), let weight = reader.int16(), let sign = reader.int16(), let scale = reader.int16(), scale >= 0
        else { return nil }
        switch UInt16(bitPattern: sign) {
        case nan: return "NaN"
        case positiveInfinity: return "Infinity"
        case negativeInfinity: return "-Infinity"
        default: break
        }
        var digits: [Int16] = []
        for _ in 0..<max(0, count) {
            guard let digit = reader.int16() else { return nil }
            digits.append(digit)
        }
        let prefix = UInt16(bitPattern: sign) == negative ? "-" : ""
        return prefix + whole(digits, weight: Int(weight)) + fraction(digits, weight: Int(weight), scale: Int(scale))
    }

    private static func whole(_ digits: [Int16], weight: Int) -> String {
        guard weight >= 0 else { return "0" }
        var text = ""
        for index in 0...weight {
            let digit = index < digits.count ? digits[index] : 0
            text += text.isEmpty ? (digit == 0 ? "" : String(digit)) : padded(digit)
        }
        return text.isEmpty ? "0" : text
    }

    private static func fraction(_ digits: [Int16], weight: Int, scale: Int) -> String {
        guard scale > 0 else { return "" }
        var text = ""
        var index = weight + 1
        while text.utf8.count < scale {
            text += padded(index >= 0 && index < digits.count ? digits[index] : 0)
            index += 1
        }
        return "." + text.prefix(scale)
    }

    private static func padded(_ digit: Int16) -> String {
        let text = String(digit)
        return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text
    }
}
