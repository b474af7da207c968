import HTTPTypes
import Hummingbird
import Logging

/// Names every request: by the client's `X-Request-Id` if it is sane, else by a new id.
///
/// The answer and every log line carry it.
struct RequestIDMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let id = Self.sane(request.headers[.requestID]) { context.requestID = id }
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    /// The name that a client gave, if it may be repeated.
    static func sane(_ id: String?) -> String? {
        id.flatMap { isSane($0) ? $0 : nil }
    }

    /// 1 to 128 characters that need no quoting anywhere.
    private static func isSane(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
                default: false
                }
            }
    }
}
