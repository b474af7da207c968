/// Walks over the lines of a slice; CRLF and a bare LF both end a line.
struct MIMELines {
    private let bytes: ArraySlice<UInt8>
    /// Where the next line begins.
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// A line without its end, where it starts, and where the next one starts.
    struct Line {
        let content: ArraySlice<UInt8>
        let start: Int
        let end: Int
    }

    mutating func next() -> Line? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        guard let feed = bytes[start...].firstIndex(of: ASCIIClass.lf) else {
            position = bytes.endIndex
            return Line(content: bytes[start...], start: start, end: position)
        }
        position = feed + 1
        let end = feed > start && bytes[feed - 1] == ASCIIClass.cr ? feed - 1 : feed
        return Line(content: bytes[start..<end], start: start, end: position)
    }
}
