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
        let fault = content.withUnsafeBytes { content in append(content, to: &output) }
        if let fault { throw SMTPError(.invalidMessage, fault) }
        return output
    }

    /// - Returns: what is wrong with the content.
    private static func append(_ content: UnsafeRawBufferPointer, to output: inout ByteBuffer) -> String? {
        var written = 0
        var lineStart = 0
        if content.first == UInt8(ascii: ".") { output.writeInteger(UInt8(ascii: ".")) }
        for index in content.indices {
            let byte = content[index]
            guard byte == 10 || byte == 13 || byte == 0 else { continue }
            if byte == 13, index + 1 < content.count, content[index + 1] == 10 { continue }
            guard byte == 10, index > lineStart, content[index - 1] == 13 else { return "the content has a bare CR, a bare LF or NUL" }
            guard index - 1 - lineStart <= maximumLineLength else { return "a line has more than 998 octets" }
            lineStart = index + 1
            guard lineStart < content.count, content[lineStart] == UInt8(ascii: ".") else { continue }
            output.writeBytes(UnsafeRawBufferPointer(rebasing: content[written..<lineStart]))
            output.writeInteger(UInt8(ascii: "."))
            written = lineStart
        }
        guard content.count - lineStart <= maximumLineLength else { return "a line has more than 998 octets" }
        output.writeBytes(UnsafeRawBufferPointer(rebasing: content[written...]))
        if lineStart < content.count { output.writeStaticString("\r\n") }
        return nil
    }
}
