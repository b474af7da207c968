/// Numbers as JSON writes them.
enum MergeNumber {
    /// The number that a text is; nil when it is none: no blanks, no hexadecimal, no `nan`.
    static func parse(_ bytes: [UInt8]) -> Double? {
        guard (1...64).contains(bytes.count), let last = bytes.last, (0x30...0x39).contains(last) else { return nil }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                continue
            default: return nil
            }
        }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
