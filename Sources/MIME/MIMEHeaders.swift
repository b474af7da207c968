/// The header section of a mail or part, as read.
package struct MIMEHeaders: Sendable {
    /// One field; `value` is unfolded, without blanks at its ends, encoded words replaced where the field may have them.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// All fields, in their order.
    package let fields: [Field]

    /// The value of the first field with that name, in any case.
    package subscript(_ name: String) -> String? {
        let wanted = ASCIIClass.lowercased(name)
        return fields.first { ASCIIClass.lowercased($0.name) == wanted }?.value
    }

    /// The values of all fields with that name, in any case.
    package func values(_ name: String) -> [String] {
        let wanted = ASCIIClass.lowercased(name)
        return fields.filter { ASCIIClass.lowercased($0.name) == wanted }.map(\.value)
    }
}

extension MIMEHeaders {
    /// Reads a header section; returns also where the body begins.
    /// - Throws: `MIMEError.Code.malformed` for a line without a name, `.limitExceeded` past `limits`.
    package static func parse(
        _ bytes: ArraySlice<UInt8>,
        limits: MIMEParser.Limits
    ) throws(MIMEError) -> (headers: MIMEHeaders, body: ArraySlice<UInt8>) {
        var fields: [Field] = []
        var current: [UInt8] = []
        var lines = MIMELines(bytes)
        while let line = lines.next(), !line.content.isEmpty {
            guard line.end - bytes.startIndex <= limits.headerBytes else { throw MIMEError(.limitExceeded, field: "header section") }
            if let first = line.content.first, first == ASCIIClass.space || first == ASCIIClass.tab {
                // A fold before any field is no header; RFC 5322 unfolding only removes the line end.
                guard !current.isEmpty || limits.passesOverBadLines else { throw MIMEError(.malformed, field: "header section") }
                if !current.isEmpty { current += line.content }
            } else {
                try append(current, to: &fields, limits)
                current = Array(line.content)
            }
        }
        try append(current, to: &fields, limits)
        return (MIMEHeaders(fields: fields), bytes[lines.position...])
    }

    private static func append(_ line: [UInt8], to fields: inout [Field], _ limits: MIMEParser.Limits) throws(MIMEError) {
        guard !line.isEmpty else { return }
        guard fields.count < limits.fields else { throw MIMEError(.limitExceeded, field: "header section") }
        guard let (field, text) = split(line) else {
            if limits.passesOverBadLines { return }
            throw MIMEError(.malformed, field: "header section")
        }
        let isEncoded = MailHeader.Kind(ASCIIClass.lowercased(field)) != .tokens
        fields.append(Field(name: field, value: isEncoded ? EncodedWord.decode(text) : text))
    }

    /// Name and value of an unfolded line; nil when it is no field.
    private static func split(_ line: [UInt8]) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        // Obsolete syntax allows blanks before the colon.
        let name = line[..<colon].prefix { ASCIIClass.isFieldNameText($0) }
        guard !name.isEmpty, line[name.endIndex..<colon].allSatisfy(isBlank) else { return nil }
        return (String(decoding: name, as: UTF8.self), String(decoding: trim(line[(colon + 1)...]), as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCIIClass.space || byte == ASCIIClass.tab }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
