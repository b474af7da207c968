import FoundationEssentials

/// An error as FCM tells it: its own code in the details, else a status of Google's.
struct FCMError: Sendable {
    let status: Int
    /// `UNREGISTERED`, `QUOTA_EXCEEDED`, …; nil where only Google spoke.
    let code: String?
    /// Google's word: `NOT_FOUND`, `UNAUTHENTICATED` and others.
    let word: String
    let message: String
    /// A field of the request is wrong: no token is.
    let isBadRequest: Bool

    /// Waiting times where FCM names none (seconds).
    private static let quotaPause: TimeInterval = 60
    private static let pause: TimeInterval = 10

    /// - Returns: nil for what FCM does not say.
    init?(_ answer: ProviderAnswer) {
        guard let error = answer.json(Envelope.self)?.error else { return nil }
        status = answer.status
        word = error.status ?? ""
        message = error.message ?? ""
        let details = error.details ?? []
        code = details.first { $0.type?.hasSuffix("FcmError") == true }?.errorCode
        isBadRequest = details.contains { $0.type?.hasSuffix("google.rpc.BadRequest") == true }
    }

    var isForeignToken: Bool { code == "SENDER_ID_MISMATCH" }

    func verdict(on answer: ProviderAnswer, now: Date) -> ProviderVerdict {
        switch code ?? "" {
        case "UNREGISTERED", "SENDER_ID_MISMATCH": return .refused(.recipient, reason: reason)
        case "INVALID_ARGUMENT": return .refused(isBadRequest || !speaksOfToken ? .request : .recipient, reason: reason)
        case "THIRD_PARTY_AUTH_ERROR": return away(.configuration)
        case "QUOTA_EXCEEDED": return away(.throttled, answer, pause: Self.quotaPause, now)
        case "UNAVAILABLE", "INTERNAL": return away(.away, answer, pause: Self.pause, now)
        case "UNSPECIFIED_ERROR":
            return .later(until: answer.retryAfter(now: now) ?? now.addingTimeInterval(Self.quotaPause), reason: reason)
        default: break
        }
        switch (word, status) {
        case ("UNAUTHENTICATED", _): return .corrected(reason: "does not accept our access token")
        case ("PERMISSION_DENIED", _): return away(.configuration)
        case ("NOT_FOUND", _): return .away(GatewayOutage(kind: .configuration, reason: "project not found; is it the right one?"))
        case ("INVALID_ARGUMENT", _): return .refused(.request, reason: reason)
        case ("RESOURCE_EXHAUSTED", _), (_, 429): return away(.throttled, answer, pause: Self.quotaPause, now)
        case ("UNAVAILABLE", _), ("INTERNAL", _): return away(.away, answer, pause: Self.pause, now)
        default: return answer.commonVerdict(now: now) ?? .refused(.request, reason: reason)
        }
    }

    private var speaksOfToken: Bool { message.lowercased().contains("registration token") }

    private var reason: String { ProviderText.clean("\(code ?? word) \(message)") }

    private func away(_ kind: GatewayOutage.Kind) -> ProviderVerdict {
        .away(GatewayOutage(kind: kind, reason: reason))
    }

    private func away(_ kind: GatewayOutage.Kind, _ answer: ProviderAnswer, pause: TimeInterval, _ now: Date) -> ProviderVerdict {
        .away(GatewayOutage(kind: kind, reason: reason, until: answer.retryAfter(now: now) ?? now.addingTimeInterval(pause)))
    }

    private struct Envelope: Decodable {
        let error: Content
    }

    private struct Content: Decodable {
        let status: String?
        let message: String?
        let details: [Detail]?
    }

    private struct Detail: Decodable {
        let type: String?
        let errorCode: String?

        enum CodingKeys: String, CodingKey {
            case errorCode
            case type = "@type"
        }
    }
}
