import FoundationEssentials

/// The messages of a batch on their way to a provider: what is known of each, and whether more may follow.
struct HandoverRound: Sendable {
    /// What came of one message.
    enum Attempt: Sendable {
        case decided(Disposition)
        /// No message of this sender gets through.
        case senderRefused(reason: String)
        /// Not taken, and no message would be.
        case away(GatewayOutage)
        /// Perhaps taken; the gateway is in trouble.
        case unknown(reason: String)
    }

    /// A sender whom the provider does not know is tried again after this long (seconds).
    static let senderPause: TimeInterval = 15 * 60

    private var attempts: [Attempt?]
    private var sender: String?
    /// The trouble that ended the round.
    private(set) var outage: GatewayOutage?

    init(count: Int) {
        attempts = Array(repeating: nil, count: count)
    }

    /// Whether another message may be tried.
    var isOpen: Bool { outage == nil && sender == nil }

    /// Index of the first message that was not tried.
    var next: Int { attempts.firstIndex { $0 == nil } ?? attempts.count }

    /// Whether anything has to be recorded.
    var hasDecided: Bool {
        attempts.contains { attempt in
            switch attempt {
            case nil, .away: false
            case .decided, .senderRefused, .unknown: true
            }
        }
    }

    mutating func note(_ attempt: Attempt, at index: Int) {
        attempts[index] = attempt
        switch attempt {
        case .decided: break
        case .senderRefused(let reason): sender = sender ?? reason
        case .away(let told): outage = outage ?? told
        case .unknown(let reason): outage = outage ?? GatewayOutage(kind: .away, reason: reason)
        }
    }

    /// - Parameter pausedUntil: when the gateway is tried again.
    func dispositions(pausedUntil: Date, now: Date) -> [Disposition] {
        let senderUntil = now.addingTimeInterval(Self.senderPause)
        return attempts.map { attempt in
            switch attempt {
            case .decided(let disposition): disposition
            case .unknown(let reason): .unknown(reason: reason)
            case .away(let told): .declined(until: pausedUntil, reason: told.description)
            case .senderRefused(let reason): .declined(until: senderUntil, reason: "sender: \(reason)")
            case nil: untried(pausedUntil, senderUntil)
            }
        }
    }

    private func untried(_ pausedUntil: Date, _ senderUntil: Date) -> Disposition {
        if let outage { return .declined(until: pausedUntil, reason: outage.description) }
        return .declined(until: senderUntil, reason: "sender: \(sender ?? "")")
    }
}

extension HandoverRound.Attempt {
    init(_ verdict: ProviderVerdict) {
        switch verdict {
        case .accepted: self = .decided(.sent)
        case .refused(let kind, let reason): self = .decided(.failed(reason: "\(kind.rawValue): \(reason)"))
        case .senderRefused(let reason): self = .senderRefused(reason: reason)
        case .away(let outage): self = .away(outage)
        case .unknown(let reason): self = .unknown(reason: reason)
        case .later(let until, let reason): self = .decided(.deferred(until: until, reason: reason))
        case .corrected(let reason): self = .away(GatewayOutage(kind: .configuration, reason: reason))
        }
    }
}
