import FoundationEssentials
import Postgres

/// One message as its rows have it: in the queue or in the delivery log, with what is known of whom it belongs to.
package struct MessageFacts: Sendable {
    /// What one request said of all its messages.
    package struct Request: Sendable {
        package let id: UUID
        package let messageType: String?
        package let sourceType: String?
        package let sourceID: String?
        package let tags: [String]
        /// A JSON object.
        package let metadata: String?
        package let templateID: UUID?
        /// The gateway that was asked for.
        package let gateway: String?
    }

    /// The row in the queue.
    package struct Live: Sendable {
        package let dueAt: Date
        package let leasedUntil: Date?
        package let lastError: String?
        package let isInChunk: Bool
        /// Of its chunk.
        package let isChunkLeased: Bool
        package let chunkDueAt: Date?
    }

    /// The row in the delivery log.
    package struct Logged: Sendable {
        package let outcome: String
        package let reason: String?
        package let gateway: String?
        package let occurredAt: Date
    }

    package let id: UUID
    package let createdAt: Date
    package let channel: String
    /// nil when only the delivery log knows it, which does not keep it.
    package let priority: Int?
    package let recipient: String
    package let contactID: UUID?
    package let campaignID: UUID?
    package let artifactID: UUID?
    package let isTest: Bool
    /// Tries so far.
    package let attempts: Int
    package let expiresAt: Date?
    package let live: Live?
    package let logged: Logged?
    package let request: Request?
    /// Why it failed, in the classes that a retry can name.
    package let failure: RetryClass?
    /// The message that has to fail before this one goes into the queue.
    package let waitsFor: UUID?
    /// Types of what was reported about it.
    package let reported: [EventType]

    /// Where it stands.
    package func state(now: Date) -> MessageState {
        if let logged { return .ended(outcome: logged.outcome, reason: logged.reason, events: reported) }
        guard let live else { return waitsFor == nil ? .unknown : .waiting }
        return .live(
            isLeased: live.isLeased(now: now),
            wasTried: !live.isInChunk && attempts > 0,
            isDue: (live.nextTry ?? now).timeIntervalSince(now) <= 0.001
        )
    }
}

extension MessageFacts.Live {
    /// Whether a sender has it in hand.
    package func isLeased(now: Date) -> Bool {
        isInChunk ? isChunkLeased : leasedUntil.map { $0 > now } ?? false
    }

    /// When it may be taken up; nil when it waits for its chunk only.
    package var nextTry: Date? { isInChunk ? chunkDueAt : dueAt }
}
