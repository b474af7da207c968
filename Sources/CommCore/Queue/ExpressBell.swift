import Postgres
import Synchronization

/// Tells senders that messages wait in an express lane.
///
/// Rung after the commit, since a notification inside of a transaction makes all commits of the database wait for each other; those that
/// come while one is under way travel together. A lost one costs a sender's poll interval, and no message.
package final class ExpressBell: Sendable {
    /// The channel that senders listen to; the payload is the number of the class.
    package static let channel = "comm_express"

    private struct State {
        var isRinging = false
        var waiting: Set<Int16> = []
    }

    private let client: PostgresClient
    private let state = Mutex(State())

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Tells them; at once or with whoever is telling them now.
    package func ring(_ priority: Priority) async {
        let isFirst = state.withLock { state in
            state.waiting.insert(priority.rawValue)
            defer { state.isRinging = true }
            return !state.isRinging
        }
        guard isFirst else { return }
        while let priorities = next() {
            for priority in priorities {
                _ = try? await client.execute("SELECT pg_notify(\(Self.channel), \(String(priority)))")
            }
        }
    }

    private func next() -> Set<Int16>? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRinging = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
