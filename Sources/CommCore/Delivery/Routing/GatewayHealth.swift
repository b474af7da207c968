import FoundationEssentials
import Synchronization

/// How gateways did in the last minute, and which of them are passed over for a while.
///
/// A gateway whose messages mostly meet no answer is put behind the others; one batch after the pause feels whether it is well again.
package final class GatewayHealth: Sendable {
    /// What decides that a gateway is ill.
    package struct Rules: Sendable {
        /// Over how long it is counted (seconds).
        package var window: TimeInterval = 60
        /// Fewer attempts say nothing.
        package var minimumAttempts = 5
        /// Share of attempts without an answer from which on it is ill.
        package var errorShare = 0.5
        /// Seconds that a hand-over may take on average.
        package var slowness: TimeInterval = 10
        /// First pause (seconds); doubled with every further one.
        package var pause: TimeInterval = 15
        package var longestPause: TimeInterval = 300

        package init() {}
    }

    package enum State: String, Sendable, Codable {
        case closed, open
        case halfOpen = "half_open"
    }

    /// What is known of a gateway.
    package struct Report: Sendable, Equatable {
        package let gateway: String
        package let state: State
        package let until: Date?
        /// Messages of the window: those that were answered, and those that were not.
        package let answered: Int
        package let unanswered: Int
        /// Seconds per hand-over, on average over the window.
        package let latency: TimeInterval
    }

    private struct Slice {
        let start: TimeInterval
        var answered = 0
        var unanswered = 0
        var calls = 0
        var seconds: TimeInterval = 0
    }

    private struct Entry {
        var slices: [Slice] = []
        var until: Date?
        var failures = 0
        var isProbing = false
        /// Another sender has found it ill, not this one.
        var isBorrowed = false
    }

    private static let slice: TimeInterval = 5

    private let rules: Rules
    private let entries = Mutex<[String: Entry]>([:])

    package init(rules: Rules = Rules()) {
        self.rules = rules
    }

    /// The names, those of gateways that are passed over at the end: better one that is ill than none.
    func order(_ names: [String], now: Date) -> [String] {
        guard names.count > 1 else { return names }
        return entries.withLock { entries in
            var well: [String] = []
            var ill: [String] = []
            for name in names {
                if let until = entries[name]?.until {
                    if now >= until, entries[name]?.isProbing == false {
                        entries[name]?.isProbing = true
                        well.append(name)
                    } else {
                        ill.append(name)
                    }
                } else {
                    well.append(name)
                }
            }
            return well + ill
        }
    }

    /// Notes what a gateway answered.
    func note(_ dispositions: [Disposition], of gateway: String, seconds: TimeInterval, now: Date) {
        var answered = 0
        var unanswered = 0
        for disposition in dispositions {
            switch disposition {
            case .sent, .failed, .deferred: answered += 1
            case .unknown, .declined: unanswered += 1
            case .suppressed, .skipped: break
            }
        }
        add(answered: answered, unanswered: unanswered, seconds: seconds, to: gateway, now: now)
    }

    /// Notes that a gateway took nothing.
    func noteOutage(of gateway: String, now: Date) {
        add(answered: 0, unanswered: rules.minimumAttempts, seconds: 0, to: gateway, now: now)
    }

    /// Passes a gateway over because another sender does; what this one knows better itself stays.
    func passOver(_ gateway: String, until: Date) {
        entries.withLock { entries in
            var entry = entries[gateway] ?? Entry()
            guard entry.until == nil else { return }
            entry.until = until
            entry.isBorrowed = true
            entries[gateway] = entry
        }
    }

    /// What is known of every gateway that was used.
    package func reports(now: Date) -> [Report] {
        entries.withLock { entries in
            entries.sorted { $0.key < $1.key }.map { name, entry in
                let recent = entry.slices.filter { $0.start > now.timeIntervalSince1970 - rules.window }
                let calls = recent.reduce(0) { $0 + $1.calls }
                return Report(
                    gateway: name,
                    state: entry.until == nil || entry.isBorrowed ? .closed : entry.isProbing ? .halfOpen : .open,
                    until: entry.until,
                    answered: recent.reduce(0) { $0 + $1.answered },
                    unanswered: recent.reduce(0) { $0 + $1.unanswered },
                    latency: calls == 0 ? 0 : recent.reduce(0) { $0 + $1.seconds } / Double(calls)
                )
            }
        }
    }

    private func add(answered: Int, unanswered: Int, seconds: TimeInterval, to gateway: String, now: Date) {
        entries.withLock { entries in
            var entry = entries[gateway] ?? Entry()
            let start = (now.timeIntervalSince1970 / Self.slice).rounded(.down) * Self.slice
            if entry.slices.last?.start != start { entry.slices.append(Slice(start: start)) }
            entry.slices.removeAll { $0.start <= start - rules.window }
            let last = entry.slices.count - 1
            entry.slices[last].answered += answered
            entry.slices[last].unanswered += unanswered
            entry.slices[last].calls += 1
            entry.slices[last].seconds += seconds
            judge(&entry, isWell: answered > 0 && unanswered == 0 && seconds < rules.slowness, now: now)
            entries[gateway] = entry
        }
    }

    private func judge(_ entry: inout Entry, isWell: Bool, now: Date) {
        if entry.until != nil {
            guard entry.isProbing else { return }
            entry.isProbing = false
            if isWell {
                entry = Entry()
            } else {
                pause(&entry, now: now)
            }
            return
        }
        let answered = entry.slices.reduce(0) { $0 + $1.answered }
        let unanswered = entry.slices.reduce(0) { $0 + $1.unanswered }
        let calls = entry.slices.reduce(0) { $0 + $1.calls }
        guard answered + unanswered >= rules.minimumAttempts else { return }
        let isFailing = Double(unanswered) >= Double(answered + unanswered) * rules.errorShare
        let isSlow = calls >= rules.minimumAttempts && entry.slices.reduce(0) { $0 + $1.seconds } / Double(calls) > rules.slowness
        if isFailing || isSlow { pause(&entry, now: now) }
    }

    private func pause(_ entry: inout Entry, now: Date) {
        entry.failures += 1
        let seconds = min(rules.pause * Double(1 << min(entry.failures - 1, 20)), rules.longestPause)
        entry.until = now.addingTimeInterval(seconds)
        entry.slices = []
    }
}
