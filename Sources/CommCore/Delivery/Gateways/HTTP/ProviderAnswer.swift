import FoundationEssentials

/// A provider's answer.
struct ProviderAnswer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    /// Bytes of an answer that are read at most.
    static let largestBody = 64 << 10

    init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body as a JSON value of a shape; nil when it is none.
    func json<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(body))
    }

    /// The moment of `Retry-After`, given in seconds or as a date.
    func retryAfter(now: Date) -> Date? {
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Int(text), seconds >= 0 { return now.addingTimeInterval(TimeInterval(min(seconds, 86_400))) }
        return HTTPDate.date(from: text)
    }

    /// What everybody means by a status; nil for those that each provider explains in its own way (2xx, 400, 404, 413, 422).
    func commonVerdict(now: Date) -> ProviderVerdict? {
        switch status {
        case 200..<300, 400, 404, 413, 422: nil
        case 300..<400: .away(GatewayOutage(kind: .configuration, reason: "redirected (\(status)); is the address right?"))
        case 401, 402, 403: .away(GatewayOutage(kind: .configuration, reason: "answered \(status)"))
        case 429: .away(GatewayOutage(kind: .throttled, reason: "answered 429", until: retryAfter(now: now)))
        case 500...: .unknown(reason: "answered \(status)")
        default: .away(GatewayOutage(kind: .away, reason: "answered \(status)"))
        }
    }
}
