extension JSONText {
    /// Text as a JSON string, with its quotes.
    static func quoted(_ text: String) -> String {
        "\"\(escaped(text))\""
    }

    /// Text as the inside of a JSON string.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(Array(text.utf8), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How many bytes the inside of a JSON string stands for, when it holds only the short escapes and `\u00XX`.
    static func unescapedCount(_ json: [UInt8]) -> Int {
        var count = 0
        var index = 0
        while index < json.count {
            if json[index] == UInt8(ascii: "\\") {
                index += index + 1 < json.count && json[index + 1] == UInt8(ascii: "u") ? 6 : 2
            } else {
                index += 1
            }
            count += 1
        }
        return count
    }
}
