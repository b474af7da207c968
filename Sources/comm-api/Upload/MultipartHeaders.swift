/// What a part of a form says about itself.
struct MultipartHeaders: Equatable {
    let name: String
    /// Without folders; nil for a plain field.
    let fileName: String?
    let contentType: String?

    init(name: String, fileName: String?, contentType: String?) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }

    /// - Parameter block: the header lines, each after its line break.
    init(_ block: some Sequence<UInt8>) throws {
        guard let text = String(validating: Array(block), as: UTF8.self), !text.unicodeScalars.contains("\0") else {
            throw MultipartError.malformed("the headers of a part are not UTF-8 text")
        }
        var fields: [String: Substring] = [:]
        // A line break is one Character in Swift, so the lines are cut at scalars.
        for line in text.unicodeScalars.split(whereSeparator: { $0 == "\r" || $0 == "\n" }) {
            guard let colon = line.firstIndex(of: ":") else { throw MultipartError.malformed("a header of a part has no colon") }
            let value = Substring(line[line.index(after: colon)...])
            fields[String(Substring(line[..<colon])).lowercased()] = value.trimming(while: { $0 == " " || $0 == "\t" })
        }
        guard let disposition = fields["content-disposition"] else {
            throw MultipartError.malformed("a part has no Content-Disposition")
        }
        let parameters = Self.parameters(of: disposition)
        guard let name = parameters["name"] else { throw MultipartError.malformed("a part has no name") }
        self.name = name
        fileName = parameters["filename"].map { String($0.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last?.prefix(255) ?? "") }
        contentType = fields["content-type"].map(String.init)
    }

    /// The parameters of a header value: `form-data; name="file"; filename="a \"b\".csv"`.
    private static func parameters(of value: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        var rest = value.drop(while: { $0 != ";" })
        while rest.first == ";" {
            rest = rest.dropFirst().drop(while: { $0 == " " || $0 == "\t" })
            let name = rest.prefix(while: { $0 != "=" && $0 != ";" })
            rest = rest[name.endIndex...]
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            let (text, after) = rest.first == "\"" ? quoted(rest) : plain(rest)
            parameters[name.lowercased()] = text
            rest = after.drop(while: { $0 != ";" })
        }
        return parameters
    }

    private static func plain(_ text: Substring) -> (String, Substring) {
        let value = text.prefix(while: { $0 != ";" })
        return (String(value.trimming(while: { $0 == " " || $0 == "\t" })), text[value.endIndex...])
    }

    private static func quoted(_ text: Substring) -> (String, Substring) {
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.first, character != "\"" {
            rest = rest.dropFirst()
            // Browsers write a quote as %22 and a backslash as it is (RFC 7578, 4.2): only an escaped quote is taken back.
            if character == "\\", rest.first == "\"" {
                value.append("\"")
                rest = rest.dropFirst()
            } else {
                value.append(character)
            }
        }
        return (value.replacing("%22", with: "\""), rest.dropFirst())
    }
}
