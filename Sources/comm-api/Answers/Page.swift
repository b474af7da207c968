import FoundationEssentials
import HTTPTypes
import Hummingbird

/// A page of a list with the `Link` to the next one (RFC 8288), if there may be one.
struct Page<Item: Encodable & Sendable>: ResponseGenerator, Sendable {
    let items: [Item]
    let limit: Int
    /// Where the next page begins.
    let lastID: UUID?
    /// Further parameters that the next page is to be asked for with.
    var query: String?

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = try Answer(items).response()
        if items.count == limit, let lastID {
            let cursor = lastID.uuidString.lowercased()
            response.headers[.link] = "<\(request.uri.path)?limit=\(limit)&cursor=\(cursor)\(query.map { "&\($0)" } ?? "")>; rel=\"next\""
        }
        return response
    }
}
