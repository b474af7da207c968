import HTTPTypes
import NIOCore

/// The answers to tracked links and open pixels, as they go over the wire (RFC 9112).
enum TrackingResponse {
    private static let redirect = head(.found, TrackedLinks.redirectHeaders, length: 0)
    private static let trap = head(.noContent, TrackedLinks.redirectHeaders, length: nil)
    private static let pixel = head(.ok, TrackedLinks.pixelHeaders, length: TrackedLinks.pixel.count)

    /// Writes a whole response.
    ///
    /// - Parameter requestID: one that holds nothing but what a header may.
    static func write(_ kind: TrackedLinks.Answer.Kind, requestID: String, date: String, to buffer: inout ByteBuffer) {
        switch kind {
        case .redirect(let url):
            buffer.writeBytes(redirect)
            buffer.writeStaticString("Location: ")
            buffer.writeString(url)
            buffer.writeStaticString("\r\n")
        case .trap: buffer.writeBytes(trap)
        case .pixel: buffer.writeBytes(pixel)
        }
        buffer.writeStaticString("X-Request-Id: ")
        buffer.writeString(requestID)
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date)
        buffer.writeStaticString("\r\n\r\n")
        if case .pixel = kind { buffer.writeBytes(TrackedLinks.pixel) }
    }

    /// Status line and the fields that are always the same.
    private static func head(_ status: HTTPResponse.Status, _ fields: HTTPFields, length: Int?) -> [UInt8] {
        var text = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        for field in fields { text += "\(field.name.rawName): \(field.value)\r\n" }
        if let length { text += "Content-Length: \(length)\r\n" }
        return Array(text.utf8)
    }
}
