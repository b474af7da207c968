import NIOCore

/// Transparency of the content (RFC 5321 §4.5.2).
enum DotStuffing {
    /// RFC 5321 §4.5.3.1.6, without CRLF.
    static let maximumLineLength = 998

    /// The content with a dot put before each line that starts with one; it ends with CRLF.
    ///
    /// - Throws: `SMTPError.Code.invalidMessage` for a bare CR or LF, NUL, or a line that is too long.
    static func encode(_ content: [UInt8]) throws(SMTPError) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: content.count + content.count / 64 + 16)
        var lineStart = 0
        while lineStart < content.count {
            let rest = content[lineStart...]
            guard let end = rest.firstIndex(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else {
                try check(length: content.count - lineStart)
                append(rest, to: &output)
                output.writeStaticString("\r\n")
                return output
            }
            guard content[end] == 13, end + 1 < content.count, content[end + 1] == 10 else {
                throw SMTPError(.invalidMessage, "the content has a bare CR, a bare LF or NUL")
            }
            try check(length: end - lineStart)
            append(content[lineStart..<(end + 2)], to: &output)
            lineStart = end + 2
        }
        return output
    }

    private static func check(length: Int) throws(SMTPError) {
        guard length <= maximumLineLength else { throw SMTPError(.invalidMessage, "a line has more than 998 octets") }
    }

    private static func append(_ line: ArraySlice<UInt8>, to output: inout ByteBuffer) {
        if line.first == UInt8(ascii: ".") { output.writeInteger(UInt8(ascii: ".")) }
        output.writeBytes(line)
    }
}
