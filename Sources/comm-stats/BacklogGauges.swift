import CommCore
import Metrics
import Postgres

/// Shows on `/metrics` what waits in both pipelines.
struct BacklogGauges: Sendable {
    private let database: PostgresClient
    private let queue: QueueBacklogRepository
    private let time: any TimeSource
    private let bulk = Gauge(label: "comm_queue_waiting_messages", dimensions: [("lane", "bulk")])
    private let single = Gauge(label: "comm_queue_waiting_messages", dimensions: [("lane", "single")])
    private let oldestDue = Gauge(label: "comm_queue_oldest_due_seconds")
    private let unconfirmed = Gauge(label: "comm_handover_unconfirmed_messages")
    private let unconfirmedAge = Gauge(label: "comm_handover_unconfirmed_seconds")
    private let inboxAge = Gauge(label: "comm_inbox_oldest_seconds")

    init(database: PostgresClient, time: any TimeSource) {
        self.database = database
        self.queue = QueueBacklogRepository(client: database)
        self.time = time
    }

    /// Measures and publishes.
    func update() async throws {
        let backlog = try await queue.measure(now: time.now)
        bulk.record(backlog.bulkMessages)
        single.record(backlog.singleMessages)
        oldestDue.record(backlog.oldestSingleAge)
        unconfirmed.record(backlog.unconfirmedMessages)
        unconfirmedAge.record(backlog.oldestUnconfirmedAge)
        inboxAge.record(try await InboxBacklog.measure(on: database, now: time.now).oldestAge)
    }
}
