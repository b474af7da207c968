/// Bounds of parsing, so that a hostile source costs no more than these.
package struct HTMLParseLimits: Sendable, Equatable {
    /// Bytes of source.
    package var bytes: Int
    /// `<` followed by a letter, wherever it stands.
    package var tags: Int
    /// Bytes of memory for the parser's tree.
    package var memory: Int
    /// Processor time of the parser, in milliseconds: guards what grows faster than the source, such as deep nesting.
    package var milliseconds: Int

    package init(bytes: Int = 1 << 20, tags: Int = 20_000, memory: Int = 32 << 20, milliseconds: Int = 250) {
        self.bytes = bytes
        self.tags = tags
        self.memory = memory
        self.milliseconds = milliseconds
    }

    /// Checks what can be checked without parsing.
    func check(_ source: [UInt8]) throws(HTMLParseError) {
        guard source.count <= bytes else { throw .tooManyBytes(limit: bytes, actual: source.count) }
        let found = SourceBytes.with(source) { source in
            var found = 0
            var index = 0
            while true {
                index = source.find(UInt8(ascii: "<"), from: index, to: source.count)
                guard index + 1 < source.count else { return found }
                if SourceBytes.isLetter(source[index + 1]) { found += 1 }
                index += 1
            }
        }
        guard found <= tags else { throw .tooManyTags(limit: tags, actual: found) }
    }
}
