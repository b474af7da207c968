import Synchronization

/// Encoded commands of one caller, waiting for their replies.
struct Submission: Sendable {
    let id: UInt64
    let bytes: [UInt8]
    let replyCount: Int
    let continuation: CheckedContinuation<[RedisReply], any Error>
}

/// What the callers of one lane have asked for and the lane has not yet written.
final class SubmissionQueue: Sendable {
    /// What the caller that added a submission has to do.
    enum Admission {
        /// The lane is idle: start it.
        case wakeLane
        /// The lane is at work and will come to it.
        case queued
        /// The lane is closed; the submission was not taken.
        case refused
    }

    private struct State {
        var pending: [Submission] = []
        var laneIsActive = false
        var isClosed = false
    }

    /// Most commands and most bytes written together: enough for full speed, little enough to keep the first reply near.
    private static let groupLimit = (commands: 1_024, bytes: 4 << 20)

    private let state = Mutex(State())

    func append(_ submission: Submission) -> Admission {
        state.withLock { state in
            guard !state.isClosed else { return .refused }
            state.pending.append(submission)
            defer { state.laneIsActive = true }
            return state.laneIsActive ? .queued : .wakeLane
        }
    }

    /// The next group to write; empty means that the lane may rest and the next caller will wake it.
    func takeGroup() -> [Submission] {
        state.withLock { state in
            var (count, commands, bytes) = (0, 0, 0)
            for submission in state.pending {
                commands += submission.replyCount
                bytes += submission.bytes.count
                guard count == 0 || (commands <= Self.groupLimit.commands && bytes <= Self.groupLimit.bytes) else { break }
                count += 1
            }
            let group = Array(state.pending.prefix(count))
            state.pending.removeFirst(count)
            state.laneIsActive = !group.isEmpty
            return group
        }
    }

    /// Takes back a submission that has not been written yet.
    func remove(id: UInt64) -> Submission? {
        state.withLock { state in
            state.pending.firstIndex { $0.id == id }.map { state.pending.remove(at: $0) }
        }
    }

    /// Refuses everything from now on and hands back what was still waiting.
    func close() -> [Submission] {
        state.withLock { state in
            state.isClosed = true
            defer { state.pending = [] }
            return state.pending
        }
    }
}
