import CommCore
import Logging
import Postgres
import ServiceLifecycle
import Systemd

/// Waits for the database with backoff, checks the schema, tells the service manager, and keeps looking.
///
/// The schema is checked before the work begins only: a migration under running daemons does not stop them.
package struct ReadinessService: Service {
    private let client: PostgresClient
    private let readiness: Readiness
    private let notifier: SystemdNotifier
    private let logger: Logger

    package init(client: PostgresClient, readiness: Readiness, notifier: SystemdNotifier, logger: Logger) {
        self.client = client
        self.readiness = readiness
        self.notifier = notifier
        self.logger = logger
    }

    /// - Throws: when the schema is not the one this build knows: then it must not run.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                var (wasReady, hasStarted) = (false, false)
                while true {
                    wasReady = try await look(wasReady: wasReady, hasStarted: hasStarted)
                    hasStarted = hasStarted || wasReady
                    try await Task.sleep(for: wasReady ? .seconds(5) : .milliseconds(500))
                }
            }
        } catch is CancellationError {}
        await readiness.release()
        notifier.stopping()
    }

    private func look(wasReady: Bool, hasStarted: Bool) async throws -> Bool {
        do {
            if hasStarted {
                try await client.execute("SELECT 1")
            } else {
                try await SchemaGuard.requireCurrent(client)
            }
            if !wasReady {
                await readiness.markReady()
                notifier.ready(status: "ready")
                logger.info("ready")
            }
            return true
        } catch let error as PostgresError where error.isTransient {
            await readiness.markWaiting("waiting for PostgreSQL")
            notifier.status("waiting for PostgreSQL")
            notifier.extendTimeout(by: .seconds(30))
            if wasReady { logger.warning("PostgreSQL is away", metadata: ["error": "\(error)"]) }
            return false
        }
    }
}
