import HTTPTypes

/// Where a caller stands after a request was counted.
struct RateStanding: Sendable, Equatable {
    let isAllowed: Bool
    /// Requests that would be answered now.
    let remaining: Int
    /// Until the whole quota is there again.
    let secondsToFull: Int
    /// Until the next request is answered; 0 when one would be now.
    let retryAfter: Int

    /// The fields of draft-ietf-httpapi-ratelimit-headers-10.
    func headers(limit: Int, rateClass: RateClass) -> HTTPFields {
        var headers = HTTPFields()
        headers[.rateLimitPolicy] = "\"\(rateClass.rawValue)\";q=\(limit);w=60"
        headers[.rateLimitNow] = "\"\(rateClass.rawValue)\";r=\(remaining);t=\(secondsToFull)"
        return headers
    }
}
