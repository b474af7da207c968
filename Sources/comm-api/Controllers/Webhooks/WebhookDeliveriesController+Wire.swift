import CommCore
import FoundationEssentials

extension WebhookDeliveriesController {
    struct TestRequest: RequestFields {
        let eventType: String?
        let waits: Bool

        init(_ fields: inout JSONFields) {
            eventType = fields.string("event_type")
            waits = fields.bool("wait") ?? true
        }
    }

    struct ResendRequest: RequestFields {
        let eventID: UUID?

        init(_ fields: inout JSONFields) {
            eventID = fields.uuid("event_id")
        }
    }

    struct ReplayRequest: RequestFields {
        let from: Date?
        let to: Date?
        let eventTypes: [String]?
        let failedOnly: Bool

        init(_ fields: inout JSONFields) {
            from = fields.date("from")
            to = fields.date("to")
            eventTypes = fields.strings("event_types")
            failedOnly = fields.bool("failed_only") ?? false
        }
    }

    /// What will be sent within moments.
    struct QueuedWire: Encodable {
        let eventID: UUID
    }

    struct ReplayWire: Encodable {
        let id: UUID
        let from: Date
        let to: Date
        let failedOnly: Bool
        @OrNull var eventTypes: [String]?
        let queued: Int
        let createdAt: Date
        @OrNull var finishedAt: Date?

        init(_ replay: WebhookReplay) {
            (id, from, to, failedOnly) = (replay.id, replay.from, replay.to, replay.failedOnly)
            _eventTypes = OrNull(wrappedValue: replay.eventTypes)
            (queued, createdAt) = (replay.queued, replay.createdAt)
            _finishedAt = OrNull(wrappedValue: replay.finishedAt)
        }
    }

    struct AttemptWire: Encodable {
        let id: UUID
        let at: Date
        let eventID: UUID
        let eventType: String
        let kind: String
        let attempt: Int
        let outcome: String
        @OrNull var status: Int?
        let latencyMs: Int
        @OrNull var error: String?
        @OrNull var response: String?
        @OrNull var retryAt: Date?

        init(_ attempt: WebhookAttempt) {
            (id, at, eventID, eventType) = (attempt.id, attempt.at, attempt.eventID, attempt.eventType)
            (kind, self.attempt, outcome) = (attempt.kind, attempt.attempt, attempt.outcome)
            _status = OrNull(wrappedValue: attempt.status)
            latencyMs = attempt.latencyMilliseconds
            _error = OrNull(wrappedValue: attempt.error)
            _response = OrNull(wrappedValue: attempt.response)
            _retryAt = OrNull(wrappedValue: attempt.retryAt)
        }
    }

    struct AttemptsWire: Encodable {
        let attempts: [AttemptWire]
        @OrNull var nextCursor: String?

        init(_ attempts: [WebhookAttempt], next: TimeCursor?) {
            self.attempts = attempts.map(AttemptWire.init)
            _nextCursor = OrNull(wrappedValue: next?.text)
        }
    }

    struct StatsWire: Encodable {
        struct CountsWire: Encodable {
            let delivered: Int
            let failed: Int
            let givenUp: Int
            @OrNull var meanLatencyMs: Int?
            let slowestMs: Int

            init(_ counts: WebhookStats.Counts) {
                (delivered, failed, givenUp) = (counts.delivered, counts.failed, counts.givenUp)
                _meanLatencyMs = OrNull(wrappedValue: counts.meanMilliseconds)
                slowestMs = counts.slowestMilliseconds
            }
        }

        struct HourWire: Encodable {
            let hour: Date
            let counts: CountsWire
        }

        let total: CountsWire
        let hours: [HourWire]
        let pending: Int
        let behind: Int

        init(_ stats: WebhookStats) {
            total = CountsWire(stats.total)
            hours = stats.hours.map { HourWire(hour: $0.hour, counts: CountsWire($0.counts)) }
            (pending, behind) = (stats.pending, stats.behind)
        }
    }
}
