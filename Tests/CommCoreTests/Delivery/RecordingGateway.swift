import CommCore
import Foundation
import Synchronization

/// A gateway in memory: takes what it is given, remembers it, and can be told to misbehave.
final class RecordingGateway: Gateway {
    struct State {
        var accepted: [UUID: Int] = [:]
        var failures = 0
        var answer: @Sendable (OutgoingMessage) -> Disposition = { _ in .sent }
        var lostMemory = false
        var reportedState = HandoverState.waiting
    }

    let name = "recording"
    let needsConfirmation: Bool
    let state = Mutex(State())

    init(needsConfirmation: Bool = false) {
        self.needsConfirmation = needsConfirmation
    }

    /// Ids that were accepted, with how often.
    var accepted: [UUID: Int] { state.withLock { $0.accepted } }

    /// The next calls fail as if the gateway were away.
    func failNext(_ count: Int) { state.withLock { $0.failures = count } }

    func answer(_ answer: @escaping @Sendable (OutgoingMessage) -> Disposition) { state.withLock { $0.answer = answer } }

    func hasRoom() async throws -> Bool { true }

    func hasLostMemory(now: Date) async throws -> Bool {
        state.withLock { state in
            defer { state.lostMemory = false }
            return state.lostMemory
        }
    }

    func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: ids.filter { state.accepted[$0] != nil }.map { ($0, state.reportedState) })
        }
    }

    func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                throw GatewayAway()
            }
            return batch.messages.map { message in
                let answer = state.answer(message)
                if answer == .sent { state.accepted[message.id, default: 0] += 1 }
                return answer
            }
        }
    }

    struct GatewayAway: Error {}
}
