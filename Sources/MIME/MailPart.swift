/// What a mail is made of below its header.
indirect enum MailPart {
    /// Subtype of `text`, and the bytes.
    case text(String, [UInt8])
    case attachment(MailAttachment)
    /// Subtype of `multipart`.
    case multipart(String, [MailPart])

    init(_ body: MailBody) {
        switch body {
        case .text(let bytes): self = .text("plain", bytes)
        case .html(let bytes): self = .text("html", bytes)
        case .alternative(let text, let html): self = .multipart("alternative", [.text("plain", text), .text("html", html)])
        }
    }

    /// Appends header fields, an empty line and the content.
    ///
    /// - Parameters:
    ///   - boundary: of the outermost multipart; it begins with `=_`, as all others do: a text that does not hold this holds none of them.
    ///   - depth: how many multiparts are around this part.
    func append(to output: inout [UInt8], boundary: [UInt8], depth: Int = 0) {
        switch self {
        case .text(let subtype, let bytes):
            let encoding = TransferEncoding.best(for: bytes, boundary: Array(boundary.prefix(2)))
            output += "Content-Type: text/\(subtype); charset=utf-8\r\nContent-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n".utf8
            encoding.append(bytes, to: &output)
        case .attachment(let file): file.append(to: &output)
        case .multipart(let subtype, let parts): append(parts, subtype, to: &output, boundary: boundary, depth: depth)
        }
    }

    private func append(_ parts: [MailPart], _ subtype: String, to output: inout [UInt8], boundary: [UInt8], depth: Int) {
        // None begins with another one: readers differ in how they compare them.
        let delimiter = boundary.prefix(2) + (depth == 0 ? [] : Array("\(depth)+".utf8)) + boundary.dropFirst(2)
        output += "Content-Type: multipart/\(subtype);\r\n boundary=\"".utf8
        output += delimiter
        output += "\"\r\n\r\n".utf8
        for part in parts {
            output += "--".utf8
            output += delimiter
            output += "\r\n".utf8
            part.append(to: &output, boundary: boundary, depth: depth + 1)
            // This line end belongs to the delimiter that follows (RFC 2046 §5.1.1).
            output += "\r\n".utf8
        }
        output += "--".utf8
        output += delimiter
        output += "--\r\n".utf8
    }
}
