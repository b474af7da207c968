/// A mail, or one part of a multipart body, as read.
package struct MIMEPart: Sendable {
    package let headers: MIMEHeaders
    /// The body as it travelled.
    package let body: ArraySlice<UInt8>
    /// The parts of a multipart body, empty for any other.
    package let parts: [MIMEPart]

    /// Type and parameters of the body.
    package var contentType: ContentType { ContentType(headers["Content-Type"]) }

    /// The body with its transfer encoding undone.
    package var content: [UInt8] {
        TransferEncoding.decode(body, encoding: headers["Content-Transfer-Encoding"])
    }

    /// The body as text of its character set; unknown ones are read as UTF-8.
    package var text: String {
        Charset.decode(content, charset: ASCIIClass.lowercased(contentType.parameters["charset"] ?? "utf-8"))
    }

    /// The first part, this one included, with that type, depth first.
    package func first(_ type: String, _ subtype: String) -> MIMEPart? {
        let own = contentType
        if own.type == type, own.subtype == subtype { return self }
        for part in parts {
            if let found = part.first(type, subtype) { return found }
        }
        return nil
    }

    /// This part and those inside of it, depth first.
    package var all: [MIMEPart] {
        [self] + parts.flatMap(\.all)
    }
}
