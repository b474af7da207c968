import CommCore
import Daemon
import Postgres
import ServiceLifecycle

/// What keeps reports fresh: how far events are counted, whom the audience consists of, roll-ups of facts that changed or were never
/// counted, verdicts of older rules.
func reportDuties(database: PostgresClient, time: any TimeSource, process: DaemonProcess) -> [any Service] {
    let progress = ReportProgressUpdater(client: database, time: time)
    let audience = AudienceCounter(client: database, time: time)
    let rebuilder = RollUpRebuilder(client: database)
    let completion = RollUpCompletion(client: database, time: time)
    let review = VerdictReview(client: database, time: time)
    return [
        process.duty("report-progress", idle: .seconds(1)) {
            try await progress.update()
            return false
        },
        process.duty("audience-counts", idle: .seconds(30)) { try await audience.step() },
        process.duty("roll-up-rebuild", idle: .seconds(10)) { try await rebuilder.rebuildMarked() },
        process.duty("roll-up-completion", idle: .seconds(60)) { try await completion.step() },
        process.duty("verdict-review", idle: .seconds(60)) { try await review.step() },
    ]
}
