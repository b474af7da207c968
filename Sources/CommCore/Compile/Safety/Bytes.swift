/// Searching bytes, in time that grows with their number only.
enum Bytes {
    /// Where a word begins, each time; the word is in lower case as the bytes are.
    static func places(of word: StaticString, in bytes: [UInt8]) -> [Int] {
        let count = word.utf8CodeUnitCount
        guard count > 0, bytes.count >= count else { return [] }
        var places: [Int] = []
        word.withUTF8Buffer { word in
            bytes.withUnsafeBufferPointer { bytes in
                for start in 0...(bytes.count - count) where bytes[start] == word[0] {
                    var length = 1
                    while length < count, bytes[start + length] == word[length] { length += 1 }
                    if length == count { places.append(start) }
                }
            }
        }
        return places
    }

    /// The value of a hexadecimal digit.
    static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
