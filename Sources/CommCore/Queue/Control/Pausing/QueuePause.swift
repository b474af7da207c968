import FoundationEssentials
import Postgres

/// Something that holds messages back until somebody lets them go, or until its time is over.
package struct QueuePause: Sendable, Equatable {
    /// What is held back.
    package enum Scope: String, Sendable, CaseIterable, PostgresEnum {
        /// Everything of everybody: the operator's only.
        case all
        /// Everything of the tenant.
        case tenant
        case channel
        case gateway
    }

    package let id: UUID
    package let scope: Scope
    /// The channel or the gateway; nil for the other scopes.
    package let target: String?
    /// Whether it holds for every tenant.
    package let isEverywhere: Bool
    package let reason: String?
    package let pausedBy: String
    package let pausedAt: Date
    /// When it ends by itself.
    package let until: Date?
    package let endedBy: String?
    package let endedAt: Date?

    static let columns: SQL = "id, scope, target, reason, paused_by, paused_at, until, ended_by, ended_at"

    /// Whether it holds anything back at a moment.
    package func isOpen(at now: Date) -> Bool {
        endedAt == nil && until.map { $0 > now } ?? true
    }

    /// Whether it holds back messages of a channel.
    func holds(channel: Channel) -> Bool {
        switch scope {
        case .all, .tenant: true
        case .channel: target == channel.rawValue
        case .gateway: false
        }
    }

    /// A sentence for those who wait.
    package var explanation: String {
        let what =
            switch scope {
            case .all: "All sending"
            case .tenant: "All sending of this account"
            case .channel: "Sending by \(target ?? "this channel")"
            case .gateway: "The gateway \(target ?? "")"
            }
        let why = reason.map { ": \($0)" } ?? ""
        return "\(what) is paused\(isEverywhere ? " by the operator" : "")\(why)"
    }
}

extension QueuePause {
    init(row: PostgresRow, isEverywhere: Bool) throws {
        (id, scope, reason) = (try row.get("id"), try row.get("scope"), try row.get("reason"))
        let target: String = try row.get("target")
        self.target = target.isEmpty ? nil : target
        self.isEverywhere = isEverywhere
        (pausedBy, pausedAt, until) = (try row.get("paused_by"), try row.get("paused_at"), try row.get("until"))
        (endedBy, endedAt) = (try row.get("ended_by"), try row.get("ended_at"))
    }
}
