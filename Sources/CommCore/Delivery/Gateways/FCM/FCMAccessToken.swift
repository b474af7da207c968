import FoundationEssentials

/// The access token by which Google knows us: asked for once for all that wait for it, kept until shortly before its end, and asked for
/// again when Google does not take it any more.
actor FCMAccessToken {
    static let scope = "https://www.googleapis.com/auth/firebase.messaging"
    /// A token is replaced so long before its end (seconds).
    static let reserve: TimeInterval = 300
    /// A token that is younger than this is not given up because it was refused: others have replaced the one that was (seconds).
    private static let fresh: TimeInterval = 10

    private struct Token: Sendable {
        let text: Secret
        let since: Date
        let until: Date
    }

    private typealias Outcome = Result<Token, GatewayOutage>

    private let account: ServiceAccount
    private let exchange: HTTPExchange
    private var known: Token?
    private var isAsking = false
    private var waiting: [CheckedContinuation<Outcome, Never>] = []

    init(account: ServiceAccount, timeout: Duration) {
        self.account = account
        exchange = HTTPExchange(connections: 1, timeout: timeout)
    }

    func close() async {
        await exchange.close()
    }

    /// The token that counts now.
    ///
    /// - Throws: when none is to be had; nothing can be sent then.
    func token(now: Date) async throws(GatewayOutage) -> Secret {
        if let known, now < known.until { return known.text }
        if isAsking { return try await withCheckedContinuation { waiting.append($0) }.get().text }
        isAsking = true
        let outcome = await ask(now: now)
        isAsking = false
        if case .success(let token) = outcome { known = token }
        for other in waiting { other.resume(returning: outcome) }
        waiting = []
        return try outcome.get().text
    }

    /// The token was refused: the next message asks for another, unless that has been done.
    func refused(now: Date) {
        guard let known, now.timeIntervalSince(known.since) >= Self.fresh else { return }
        self.known = nil
    }

    private func ask(now: Date) async -> Outcome {
        let assertion: String
        do {
            assertion = try account.assertion(scope: Self.scope, at: now)
        } catch {
            return .failure(GatewayOutage(kind: .configuration, reason: "the service account's key does not sign"))
        }
        let fields = [(name: "grant_type", value: "urn:ietf:params:oauth:grant-type:jwt-bearer"), (name: "assertion", value: assertion)]
        let request = ProviderRequest(
            url: account.tokenURI,
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")],
            body: FormText.encode(fields)
        )
        switch await exchange.send(request) {
        case .notSent(let reason), .lost(let reason):
            return .failure(GatewayOutage(kind: .away, reason: "no access token: \(reason)"))
        case .answered(let answer): return Self.outcome(of: answer, now: now)
        }
    }

    private static func outcome(of answer: ProviderAnswer, now: Date) -> Outcome {
        if answer.status == 200 {
            guard let granted = answer.json(Granted.self), !granted.accessToken.isEmpty, granted.expiresIn > 0 else {
                return .failure(GatewayOutage(kind: .away, reason: "no access token: an answer that is not Google's"))
            }
            let lifetime = TimeInterval(granted.expiresIn)
            let until = now.addingTimeInterval(max(lifetime - reserve, lifetime / 2))
            return .success(Token(text: Secret(granted.accessToken), since: now, until: until))
        }
        let word = answer.json(Denied.self).map { ProviderText.clean($0.error) } ?? "answered \(answer.status)"
        let reason = "no access token: \(word)"
        switch answer.status {
        case 429: return .failure(GatewayOutage(kind: .throttled, reason: reason, until: answer.retryAfter(now: now)))
        case 500...: return .failure(GatewayOutage(kind: .away, reason: reason, until: answer.retryAfter(now: now)))
        default: return .failure(GatewayOutage(kind: .configuration, reason: reason))
        }
    }

    private struct Granted: Decodable {
        let accessToken: String
        let expiresIn: Int

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }
    }

    private struct Denied: Decodable {
        let error: String
    }
}
