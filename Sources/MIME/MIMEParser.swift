/// Reads mails: headers, multipart bodies, transfer encodings.
///
/// Time and memory are bounded by `Limits`.
package struct MIMEParser: Sendable {
    /// What a mail may have at most.
    package struct Limits: Sendable {
        /// Octets of one header section.
        package var headerBytes = 262_144
        /// Fields of one header section.
        package var fields = 1_000
        /// Multipart bodies inside each other; deeper ones are kept as one body.
        package var depth = 8
        /// Parts of one multipart body.
        package var parts = 256
        /// Whether header lines that are none are passed over, as mails from anywhere need it, instead of refusing the mail.
        package var passesOverBadLines = false

        package init() {}
    }

    private let limits: Limits

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Reads a whole mail.
    /// - Throws: `MIMEError.Code.malformed` or `.limitExceeded`.
    package func parse(_ bytes: [UInt8]) throws(MIMEError) -> MIMEPart {
        try parse(bytes[...], depth: 0)
    }

    private func parse(_ bytes: ArraySlice<UInt8>, depth: Int) throws(MIMEError) -> MIMEPart {
        let (headers, body) = try MIMEHeaders.parse(bytes, limits: limits)
        let type = ContentType(headers["Content-Type"])
        guard type.type == "multipart", depth < limits.depth, let boundary = type.parameters["boundary"], !boundary.isEmpty else {
            return MIMEPart(headers: headers, body: body, parts: [])
        }
        var parts: [MIMEPart] = []
        for slice in try sections(of: body, boundary: Array(boundary.utf8)) {
            parts.append(try parse(slice, depth: depth + 1))
        }
        return MIMEPart(headers: headers, body: body, parts: parts)
    }

    /// The octets between delimiter lines; preamble and epilogue are left out, a missing end is forgiven.
    private func sections(of body: ArraySlice<UInt8>, boundary: [UInt8]) throws(MIMEError) -> [ArraySlice<UInt8>] {
        var sections: [ArraySlice<UInt8>] = []
        var start: Int?
        var lines = MIMELines(body)
        while let line = lines.next() {
            guard let delimiter = Delimiter(line.content, boundary) else { continue }
            if let start { sections.append(body[start..<Self.end(before: line.start, from: start, in: body)]) }
            guard sections.count <= limits.parts else { throw MIMEError(.limitExceeded, field: "multipart body") }
            if delimiter == .closing { return sections }
            start = line.end
        }
        if let start { sections.append(body[start...]) }
        return sections
    }

    /// The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
    private static func end(before delimiter: Int, from start: Int, in body: ArraySlice<UInt8>) -> Int {
        var end = delimiter
        if end > start, body[end - 1] == ASCIIClass.lf { end -= 1 }
        if end > start, end < delimiter, body[end - 1] == ASCIIClass.cr { end -= 1 }
        return end
    }

    private enum Delimiter {
        case opening, closing

        init?(_ line: ArraySlice<UInt8>, _ boundary: [UInt8]) {
            guard line.starts(with: "--".utf8), line.dropFirst(2).starts(with: boundary) else { return nil }
            let rest = line.dropFirst(2 + boundary.count)
            let isClosing = rest.starts(with: "--".utf8)
            guard rest.dropFirst(isClosing ? 2 : 0).allSatisfy({ $0 == ASCIIClass.space || $0 == ASCIIClass.tab }) else { return nil }
            self = isClosing ? .closing : .opening
        }
    }
}
