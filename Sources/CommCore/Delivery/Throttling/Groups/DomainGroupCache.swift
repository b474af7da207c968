import FoundationEssentials
import Synchronization

/// Groups of domains that were looked up, and domains that wait for it.
///
/// It answers at once, whatever it knows.
final class DomainGroupCache: Sendable {
    private static let most = 50_000
    private static let mostWaiting = 10_000

    private struct Entry {
        let group: String
        let expiresAt: Date
    }

    private struct State {
        var known: [String: Entry] = [:]
        var waiting: Set<String> = []
        /// By which the known ones were found.
        var groups: DomainGroups?
    }

    private let state = Mutex(State())

    /// The group of each recipient's domain: the domain itself as long as nothing better is known, and then it is looked up.
    func groups(of recipients: [String], groups: DomainGroups, now: Date) -> [String] {
        state.withLock { state in
            if state.groups != groups {
                // Somebody has changed them: everything is looked up again.
                if state.groups != nil { state.known = [:] }
                state.groups = groups
            }
            return recipients.map { recipient in
                let domain = Self.domain(of: recipient)
                if let group = groups.group(ofDomain: domain) { return group }
                let entry = state.known[domain]
                if entry.map({ $0.expiresAt <= now }) ?? true, state.waiting.count < Self.mostWaiting, !domain.isEmpty {
                    state.waiting.insert(domain)
                }
                return entry?.group ?? domain
            }
        }
    }

    /// Domains to look up; they stay waiting until they are learnt.
    func waiting(limit: Int) -> [String] {
        state.withLock { Array($0.waiting.prefix(limit)) }
    }

    func learn(_ domain: String, group: String, expiresAt: Date) {
        state.withLock { state in
            state.waiting.remove(domain)
            if state.known.count >= Self.most, state.known[domain] == nil { state.known = [:] }
            state.known[domain] = Entry(group: group, expiresAt: expiresAt)
        }
    }

    static func domain(of recipient: String) -> String {
        guard let at = recipient.lastIndex(of: "@") else { return "" }
        var domain = recipient[recipient.index(after: at)...].lowercased()
        if domain.hasSuffix(".") { domain.removeLast() }
        return String(domain.prefix(253))
    }
}
