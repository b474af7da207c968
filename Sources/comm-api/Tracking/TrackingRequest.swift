import CommCore
import HTTPTypes
import NIOCore
import NIOHTTP1

/// What a request for a tracked link shows of who made it, read in one pass over its fields.
struct TrackingRequest {
    private(set) var userAgent: String?
    private(set) var forwardedFor: String?
    private(set) var hasLanguage = false
    private(set) var isPrefetch = false
    private(set) var isUserActivated = false
    /// The client's own name for the request.
    private(set) var requestID: String?
    /// The connection is to be closed after the answer.
    private(set) var closes = false

    init(_ fields: HTTPFields) {
        for field in fields { take(field.name.canonicalName, field.value) }
    }

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers { take(name.lowercased(), value) }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "user-agent": userAgent = value
        case "x-forwarded-for": forwardedFor = value
        case "accept-language": hasLanguage = !value.isEmpty
        case "purpose", "sec-purpose", "x-purpose", "x-moz":
            let value = value.lowercased()
            if value.contains("prefetch") || value.contains("prerender") || value.contains("preview") { isPrefetch = true }
        case "sec-fetch-user": isUserActivated = value == "?1"
        case "x-request-id": requestID = value
        case "connection": closes = value.lowercased().contains("close")
        default: return
        }
    }

    func signals(peer: ClientAddress.Peer, isHead: Bool = false) -> TrackingSignals {
        TrackingSignals(
            userAgent: userAgent,
            ip: ClientAddress.of(forwardedFor: forwardedFor, peer: peer),
            hasLanguage: hasLanguage,
            isHead: isHead,
            isPrefetch: isPrefetch,
            isUserActivated: isUserActivated
        )
    }
}
