/// Reads a record of the journal's native protocol back, as journald does.
enum JournalDecoder {
    struct Malformed: Error {
        let offset: Int
    }

    static func fields(of bytes: [UInt8]) throws -> [(name: String, value: [UInt8])] {
        var fields: [(name: String, value: [UInt8])] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\n") }) else {
                throw Malformed(offset: rest.startIndex)
            }
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isText = rest[end] == UInt8(ascii: "=")
            rest = rest[(end + 1)...]
            let length = try isText ? textLength(rest) : binaryLength(&rest)
            guard rest.count > length, rest[rest.startIndex + length] == UInt8(ascii: "\n") else {
                throw Malformed(offset: rest.startIndex)
            }
            fields.append((name, Array(rest.prefix(length))))
            rest = rest.dropFirst(length + 1)
        }
        return fields
    }

    private static func textLength(_ rest: ArraySlice<UInt8>) throws -> Int {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw Malformed(offset: rest.startIndex) }
        return end - rest.startIndex
    }

    private static func binaryLength(_ rest: inout ArraySlice<UInt8>) throws -> Int {
        guard rest.count >= 8 else { throw Malformed(offset: rest.startIndex) }
        let length = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        guard length <= UInt64(rest.count) else { throw Malformed(offset: rest.startIndex) }
        return Int(length)
    }
}
