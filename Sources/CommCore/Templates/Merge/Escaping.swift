/// How a value is written at the place of a mail where its merge tag stood.
package enum Escaping: String, Codable, Sendable, CaseIterable {
    /// Text of HTML or a quoted attribute value.
    case html
    /// An attribute value without quotes.
    case htmlUnquoted = "html_unquoted"
    /// Part of a URL behind its host: path, query or fragment.
    case urlComponent = "url"
    /// The host of a URL, or a part of it.
    case urlHost = "url_host"
    /// A URL from its beginning; anything but the web, mail and telephone schemes is left out.
    case wholeURL = "whole_url"
    /// As `wholeURL`, in an attribute value.
    case wholeURLInHTML = "whole_url_html"
    /// A value inside a `style` attribute.
    case css
    /// The plain text part.
    case text
    /// A header field: one line, no controls.
    case header

    /// Appends the value, safe for the place; with `json`, also as the inside of a JSON string.
    package func append(_ value: [UInt8], json: Bool, to output: inout [UInt8]) {
        switch self {
        case .html: Self.appendHTML(value, unquoted: false, json, &output)
        case .htmlUnquoted: Self.appendHTML(value, unquoted: true, json, &output)
        case .urlComponent: Self.appendPercentEncoded(value, keeping: Self.isUnreserved, &output)
        case .urlHost: for byte in value where Self.isHostCharacter(byte) { output.append(byte) }
        case .wholeURL, .wholeURLInHTML: Self.appendURL(value, inHTML: self == .wholeURLInHTML, &output)
        case .css: for byte in value where Self.isHarmlessInCSS(byte) { output.append(byte) }
        case .text: Self.appendText(value, json, &output)
        case .header: Self.appendHeader(value, json, &output)
        }
    }

    private static func appendHTML(_ value: [UInt8], unquoted: Bool, _ json: Bool, _ output: inout [UInt8]) {
        for byte in value {
            switch byte {
            case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): output.append(contentsOf: "&#39;".utf8)
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "="), UInt8(ascii: "`"), UInt8(ascii: "/"):
                if unquoted { output.append(contentsOf: "&#\(byte);".utf8) } else { JSONOrPlain.append(byte, json, &output) }
            case 0..<0x20, 0x7F: continue
            default: JSONOrPlain.append(byte, json, &output)
            }
        }
    }

    private static func appendText(_ value: [UInt8], _ json: Bool, _ output: inout [UInt8]) {
        for byte in value where byte >= 0x20 && byte != 0x7F || byte == 0x09 || byte == 0x0A {
            JSONOrPlain.append(byte, json, &output)
        }
    }

    private static func appendHeader(_ value: [UInt8], _ json: Bool, _ output: inout [UInt8]) {
        for byte in value {
            switch byte {
            // A line break becomes a blank, so that the words around it stay apart.
            case 0x09, 0x0A, 0x0D: output.append(0x20)
            case 0..<0x20, 0x7F: continue
            default: JSONOrPlain.append(byte, json, &output)
            }
        }
    }

    private static func appendURL(_ value: [UInt8], inHTML: Bool, _ output: inout [UInt8]) {
        let trimmed = Array(value.drop { $0 <= 0x20 })
        guard URLScheme.isAllowedInMail(trimmed) else { return }
        let start = output.count
        appendPercentEncoded(trimmed, keeping: isURLCharacter, &output)
        guard inHTML, output[start...].contains(UInt8(ascii: "&")) else { return }
        let written = Array(output[start...])
        output.removeSubrange(start...)
        appendHTML(written, unquoted: false, false, &output)
    }

    private static func appendPercentEncoded(_ value: [UInt8], keeping keep: (UInt8) -> Bool, _ output: inout [UInt8]) {
        for byte in value {
            if keep(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(hex[Int(byte >> 4)])
                output.append(hex[Int(byte & 15)])
            }
        }
    }

    private static let hex: [UInt8] = Array("0123456789ABCDEF".utf8)

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~@".utf8.contains(byte)
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-.".utf8.contains(byte)
    }

    private static func isURLCharacter(_ byte: UInt8) -> Bool {
        isUnreserved(byte) || ":/?#[]@!$&()*+,;=%".utf8.contains(byte)
    }

    private static func isHarmlessInCSS(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || " #.,%-".utf8.contains(byte)
    }
}

/// One byte of output that needs escaping only when the output is the inside of a JSON string.
private enum JSONOrPlain {
    @inline(__always)
    static func append(_ byte: UInt8, _ json: Bool, _ output: inout [UInt8]) {
        if json { JSONText.append(byte, to: &output) } else { output.append(byte) }
    }
}
