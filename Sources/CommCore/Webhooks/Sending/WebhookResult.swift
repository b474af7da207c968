import FoundationEssentials

/// What came of one request to an endpoint.
package struct WebhookResult: Sendable, Equatable {
    /// What it means for the endpoint.
    package enum Kind: Sendable, Equatable {
        case delivered
        /// It answered and does not want this one, as far as can be told.
        case refused
        /// It is away or overloaded: others would fare no better.
        case outage
        /// It wants to be told nothing any more (410).
        case gone
    }

    package let kind: Kind
    /// nil: no answer.
    package let status: Int?
    package let latency: Duration
    /// A sentence; nil when it was delivered.
    package let error: String?
    /// How the answer began.
    package let response: String?
    /// Not earlier again, it said.
    package let retryAfter: Date?

    /// What is kept of an answer (characters).
    static let longestResponse = 1_000

    /// An answer.
    init(status: Int, latency: Duration, body: [UInt8], retryAfter: Date?) {
        kind =
            switch status {
            case 200..<300: .delivered
            case 410: .gone
            case 408, 425, 429, 502, 503, 504: .outage
            default: .refused
            }
        self.status = status
        self.latency = latency
        error =
            switch status {
            case 200..<300: nil
            case 300..<400: "answered \(status); redirects are not followed"
            default: "answered \(status)"
            }
        response = Self.excerpt(body)
        self.retryAfter = kind == .delivered ? nil : retryAfter
    }

    /// No answer.
    init(unanswered reason: String, latency: Duration) {
        (kind, status, self.latency, error) = (.outage, nil, latency, reason)
        (response, retryAfter) = (nil, nil)
    }

    /// Text of what may be anything: without control characters, cut.
    private static func excerpt(_ body: [UInt8]) -> String? {
        guard !body.isEmpty else { return nil }
        let text = String(decoding: body.prefix(4 * longestResponse), as: UTF8.self)
        let clean = text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F }
        return String(String(String.UnicodeScalarView(clean)).prefix(longestResponse))
    }
}
