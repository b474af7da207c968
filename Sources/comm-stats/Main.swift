import CommCore
import Daemon

/// comm-stats: the event pipeline.
///
/// Stores what comes back and projects it into counters, contacts and suppressions.
@main
enum Main {
    static func main() async {
        let configuration = DaemonStart<StatsConfiguration>.configurationOrExit()
        let process = DaemonProcess(name: "comm-stats", runtime: configuration.runtime)
        await process.run { buildStats(configuration, process: process) }
    }
}
