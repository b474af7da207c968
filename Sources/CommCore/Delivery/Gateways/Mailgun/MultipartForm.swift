import FoundationEssentials

/// `multipart/form-data` (RFC 7578) with a few short fields and one file.
struct MultipartForm: Sendable {
    let boundary: String

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// - Parameter fields: names without quotes or line breaks.
    func encode(fields: [(name: String, value: String)], file: (name: String, fileName: String, bytes: [UInt8])) -> [UInt8] {
        var form: [UInt8] = []
        form.reserveCapacity(file.bytes.count + 1024)
        for (name, value) in fields {
            form += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8
        }
        form += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(file.name)\"; filename=\"\(file.fileName)\"\r\n".utf8
        form += "Content-Type: message/rfc822\r\n\r\n".utf8
        form += file.bytes
        form += "\r\n--\(boundary)--\r\n".utf8
        return form
    }
}
