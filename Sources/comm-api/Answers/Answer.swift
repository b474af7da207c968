import Hummingbird
import NIOCore

/// The contract's success answer: `{"success":true,"data":…,"message":…}`.
struct Answer<Content: Encodable & Sendable>: ResponseGenerator, Sendable {
    private struct Envelope: Encodable {
        let success = true
        let data: Content?
        let message: String?

        enum CodingKeys: CodingKey { case success, data, message }
    }

    private let envelope: Envelope

    init(_ data: Content, message: String? = nil) {
        envelope = Envelope(data: data, message: message)
    }

    fileprivate init(message: String?) {
        envelope = Envelope(data: nil, message: message)
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        try Response.json(envelope)
    }
}

/// Stands for an answer without data.
struct NoContent: Encodable, Sendable {}

extension Answer where Content == NoContent {
    /// `{"success":true,"message":…}`.
    static func message(_ text: String) -> Answer {
        Answer(message: text)
    }

    /// `{"success":true}`.
    static var done: Answer { Answer(message: nil) }
}

extension Response {
    /// A JSON answer in the contract's spelling.
    static func json(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        contentType: String = "application/json; charset=utf-8"
    ) throws -> Response {
        let body = ByteBuffer(bytes: try WireEncoder.encode(value))
        return Response(status: status, headers: [.contentType: contentType], body: ResponseBody(byteBuffer: body))
    }
}

extension Answer {
    /// The answer itself, where a handler has more than one kind.
    func response() throws -> Response {
        try Response.json(envelope)
    }
}
