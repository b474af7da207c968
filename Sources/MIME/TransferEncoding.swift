/// How a part's octets travel (RFC 2045 §6).
package enum TransferEncoding: String, Sendable {
    case sevenBit = "7bit"
    case quotedPrintable = "quoted-printable"
    case base64

    /// The smallest encoding that carries `text` over a 7-bit path, with lines within 998 octets.
    ///
    /// - Parameter boundary: delimiter lines of this boundary must not appear in a part that is not encoded.
    static func best(for text: [UInt8], boundary: [UInt8]) -> TransferEncoding {
        let (escapes, mustEncode) = text.withUnsafeBufferPointer { survey($0, boundary) }
        if escapes == 0 { return mustEncode ? .quotedPrintable : .sevenBit }
        // Quoted-printable adds two octets per escape, base64 a good third of everything.
        return escapes * 2 > text.count * 37 / 100 ? .base64 : .quotedPrintable
    }

    /// How many octets cannot travel as they are, and whether a line cannot.
    private static func survey(_ text: UnsafeBufferPointer<UInt8>, _ boundary: [UInt8]) -> (escapes: Int, mustEncode: Bool) {
        var escapes = 0
        var mustEncode = false
        var lineStart = 0
        for index in text.indices {
            let byte = text[index]
            if byte == ASCIIClass.lf || byte == ASCIIClass.cr {
                mustEncode = mustEncode || isUnfit(text[lineStart..<index], boundary)
                lineStart = index + 1
            } else if byte >= 0x7F || byte < 0x20 && byte != ASCIIClass.tab {
                escapes += 1
            }
        }
        return (escapes, mustEncode || isUnfit(text[lineStart...], boundary))
    }

    /// Whether a line is too long, or could be taken for the boundary's.
    private static func isUnfit(_ line: Slice<UnsafeBufferPointer<UInt8>>, _ boundary: [UInt8]) -> Bool {
        line.count > 998
            || line.count >= boundary.count + 2 && line.starts(with: "--".utf8) && line.dropFirst(2).starts(with: boundary)
    }

    /// Appends `text` in this encoding; its line ends become CRLF.
    func append(_ text: [UInt8], to output: inout [UInt8]) {
        switch self {
        case .sevenBit: Self.appendLines(text, to: &output)
        case .quotedPrintable: QuotedPrintable.append(text, to: &output)
        case .base64:
            var lines: [UInt8] = []
            Self.appendLines(text, to: &lines)
            Base64.append(lines, to: &output, lineLength: 76)
        }
    }

    private static func appendLines(_ text: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count + text.count / 32 + 2)
        text.withUnsafeBufferPointer { text in
            var start = 0
            var index = 0
            while index < text.count {
                let byte = text[index]
                index += 1
                guard byte == ASCIIClass.cr || byte == ASCIIClass.lf else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<(index - 1)]))
                if byte == ASCIIClass.cr, index < text.count, text[index] == ASCIIClass.lf { index += 1 }
                output.append(ASCIIClass.cr)
                output.append(ASCIIClass.lf)
                start = index
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    /// The octets behind `body`; an unknown name leaves them as they are.
    static func decode(_ body: ArraySlice<UInt8>, encoding: String?) -> [UInt8] {
        switch encoding.map(ASCIIClass.lowercased) {
        case "quoted-printable": QuotedPrintable.decode(body)
        case "base64": Base64.decode(body)
        default: Array(body)
        }
    }
}
