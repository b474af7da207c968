import CommCore
import HTTPTypes
import NIOCore

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
        for field in fields {
            switch field.name.canonicalName {
            case "user-agent": userAgent = field.value
            case "x-forwarded-for": forwardedFor = field.value
            case "accept-language": hasLanguage = !field.value.isEmpty
            case "purpose", "sec-purpose", "x-purpose", "x-moz":
                let value = field.value.lowercased()
                if value.contains("prefetch") || value.contains("prerender") || value.contains("preview") { isPrefetch = true }
            case "sec-fetch-user": isUserActivated = field.value == "?1"
            case "x-request-id": requestID = field.value
            case "connection": closes = field.value.lowercased().contains("close")
            default: continue
            }
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
