import FoundationEssentials

/// A file of a mail: name, type and content are checked when it is made.
package struct MailAttachment: Sendable {
    /// Of a part that the HTML shows (RFC 2392), without angle brackets.
    let contentID: String?
    private let filename: String
    private let contentType: String
    private let content: [UInt8]

    /// - Parameters:
    ///   - contentType: type and subtype, without parameters.
    ///   - base64: the content (RFC 4648 §4).
    /// - Throws: `MIMEError` naming the part that is wrong.
    package init(filename: String, contentType: String, base64: String, contentID: String? = nil) throws(MIMEError) {
        let isPlain: (UInt8) -> Bool = { !ASCIIClass.isControl($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
        guard (1...255).contains(filename.utf8.count), filename.utf8.allSatisfy(isPlain) else {
            throw MIMEError(.forbiddenCharacter, field: "filename")
        }
        let isToken: (UInt8) -> Bool = { ASCIIClass.isAlphanumeric($0) || "!#$&-^_.+".utf8.contains($0) }
        let names = contentType.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ (1...127).contains($0.count) && $0.allSatisfy(isToken) }),
            !contentType.lowercased().hasPrefix("multipart/")
        else { throw MIMEError(.malformed, field: "content_type") }
        if let contentID {
            let isID: (UInt8) -> Bool = { ASCIIClass.isVisible($0) && !"<>\"".utf8.contains($0) }
            guard (1...200).contains(contentID.utf8.count), contentID.utf8.allSatisfy(isID) else {
                throw MIMEError(.malformed, field: "content_id")
            }
        }
        guard let data = Data(base64Encoded: base64) else { throw MIMEError(.malformed, field: "content") }
        self.filename = filename
        self.contentType = contentType
        self.contentID = contentID
        content = Array(data)
    }

    var size: Int { content.count * 4 / 3 }

    /// Appends header fields, an empty line and the content in base64.
    func append(to output: inout [UInt8]) {
        output += "Content-Type: \(contentType)\r\nContent-Transfer-Encoding: base64\r\n".utf8
        output += "Content-Disposition: \(contentID == nil ? "attachment" : "inline");\r\n \(nameParameter)\r\n".utf8
        if let contentID { output += "Content-ID: <\(contentID)>\r\n".utf8 }
        output += "\r\n".utf8
        Base64.append(content, to: &output, lineLength: 76)
    }

    /// Plain where it can be, else as RFC 2231 §4 has it.
    private var nameParameter: String {
        let isPlain = filename.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\"") }
        guard !isPlain else { return "filename=\"\(filename)\"" }
        let digits = Array("0123456789ABCDEF")
        let encoded = filename.utf8.map { byte in
            ASCIIClass.isAlphanumeric(byte) || "-._~".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
        return "filename*=utf-8''\(encoded.joined())"
    }
}
