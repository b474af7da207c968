import FoundationEssentials
import Postgres

/// Tells that a daemon is alive, and how its gateway fares, to whoever asks why a campaign waits.
package struct HeartbeatRepository: Sendable {
    /// The name under which comm-sender beats.
    package static let sender = "comm-sender"
    /// Rows of daemons that were not seen for so long are removed (seconds).
    private static let forgotten: TimeInterval = 7 * 86_400

    private let client: PostgresClient
    private let time: any TimeSource
    private let startedAt: Date

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
        startedAt = time.now
    }

    /// - Parameters:
    ///   - instance: host and process.
    ///   - lanes: how the gateway fares.
    package func beat(instance: String, gateway: String, lanes: LaneMonitor.Report) async throws {
        let now = time.now
        try await client.execute(
            """
            INSERT INTO daemon_heartbeats (daemon, instance, started_at, seen_at, gateway, gateway_state, gateway_since, retry_at)
            VALUES (\(Self.sender), \(instance), \(startedAt), \(now), \(gateway), \(lanes.state.rawValue), \(lanes.since),
                    \(lanes.state == .paused ? now.addingTimeInterval(5) : nil))
            ON CONFLICT (daemon, instance) DO UPDATE
               SET started_at = excluded.started_at, seen_at = excluded.seen_at, gateway = excluded.gateway,
                   gateway_state = excluded.gateway_state, gateway_since = excluded.gateway_since, retry_at = excluded.retry_at
            """
        )
        try await client.execute("DELETE FROM daemon_heartbeats WHERE seen_at < \(now.addingTimeInterval(-Self.forgotten))")
    }

    /// The daemon ends in good order.
    package func end(instance: String) async throws {
        try await client.execute("DELETE FROM daemon_heartbeats WHERE daemon = \(Self.sender) AND instance = \(instance)")
    }
}
