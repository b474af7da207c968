import CommCore
import Daemon
import Postgres
import ServiceLifecycle

/// What keeps reports fresh: how far events are counted, whom the audience consists of, roll-ups of facts that changed.
func reportDuties(database: PostgresClient, time: any TimeSource, process: DaemonProcess) -> [any Service] {
    let progress = ReportProgressUpdater(client: database, time: time)
    let audience = AudienceCounter(client: database, time: time)
    let rebuilder = RollUpRebuilder(client: database)
    return [
        process.duty("report-progress", idle: .seconds(1)) {
            try await progress.update()
            return false
        },
        process.duty("audience-counts", idle: .seconds(30)) { try await audience.step() },
        process.duty("roll-up-rebuild", idle: .seconds(10)) { try await rebuilder.rebuildMarked() },
    ]
}
