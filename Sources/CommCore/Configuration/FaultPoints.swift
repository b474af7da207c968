import Glibc
import Synchronization

/// Named places where a test makes a program fail on purpose.
///
/// Written `push.after:3:kill`: the third time that the point `push.after` is passed, the process is killed. Without a number the first
/// time is meant; several are separated by commas. Costs nothing when there are none.
package final class FaultPoints: Sendable {
    /// What happens at a point.
    package enum Action: String, Sendable, CaseIterable {
        /// SIGKILL to the process itself: nothing is flushed, nothing is told.
        case kill
        /// Immediate end with code 3, without any cleaning up.
        case exit
        /// The task never goes on.
        case hang
        /// `FaultInjected` is thrown.
        case error
    }

    private struct Trigger {
        let point: String
        let action: Action
        var passesLeft: Int
    }

    /// No fault anywhere.
    package static let none = FaultPoints(triggers: [])

    /// Whether there is none.
    package let isEmpty: Bool
    private let triggers: Mutex<[Trigger]>

    private init(triggers: [Trigger]) {
        self.isEmpty = triggers.isEmpty
        self.triggers = Mutex(triggers)
    }

    /// Reads a list of points.
    ///
    /// - Throws: `FaultSyntaxError` naming the entry that is wrong.
    package convenience init(parsing text: String) throws(FaultSyntaxError) {
        var triggers: [Trigger] = []
        for entry in text.split(separator: ",") {
            triggers.append(try Self.trigger(String(entry)))
        }
        self.init(triggers: triggers)
    }

    /// Passes a point; the last pass that a trigger waits for acts.
    ///
    /// - Throws: `FaultInjected` for the action `error`.
    package func hit(_ point: String) async throws {
        if isEmpty { return }
        switch due(at: point) {
        case nil: return
        case .kill: _ = Glibc.kill(getpid(), SIGKILL)
        case .exit: _exit(3)
        case .error: throw FaultInjected(point: point)
        case .hang: await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
    }

    /// Counts a pass and says what is due at it.
    private func due(at point: String) -> Action? {
        triggers.withLock { triggers in
            var due: Action?
            for index in triggers.indices where triggers[index].point == point && triggers[index].passesLeft > 0 {
                triggers[index].passesLeft -= 1
                if triggers[index].passesLeft == 0 { due = due ?? triggers[index].action }
            }
            return due
        }
    }

    private static func trigger(_ entry: String) throws(FaultSyntaxError) -> Trigger {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map { String($0.filter { !$0.isWhitespace }) }
        guard (2...3).contains(parts.count), let last = parts.last, let action = Action(rawValue: last) else {
            throw FaultSyntaxError(entry: entry, detail: "expected point:number:action with kill, exit, hang or error")
        }
        guard let passes = parts.count == 3 ? Int(parts[1]) : 1, passes > 0 else {
            throw FaultSyntaxError(entry: entry, detail: "the number counts passes from 1")
        }
        guard parts[0].hasSuffix(".before") || parts[0].hasSuffix(".after") || parts[0].hasSuffix(".mid") else {
            throw FaultSyntaxError(entry: entry, detail: "a point ends in .before, .mid or .after")
        }
        return Trigger(point: parts[0], action: action, passesLeft: passes)
    }
}

/// A failure made on purpose.
package struct FaultInjected: Error, Sendable, Equatable {
    /// The point that was passed.
    package let point: String

    /// The failure of a point.
    package init(point: String) {
        self.point = point
    }
}

/// An entry of `COMM_FAULT` that cannot be read.
package struct FaultSyntaxError: Error, Sendable, Equatable {
    /// The entry as given.
    package let entry: String
    /// What is wrong with it.
    package let detail: String

    /// Entry and detail in one sentence.
    package var reason: String { "has an entry that cannot be read (\(entry)): \(detail)" }
}
