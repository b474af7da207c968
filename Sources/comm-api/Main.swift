import CommCore
import Daemon

/// The REST API, tracking redirects, unsubscribe pages and the platform's webhook.
@main
enum Main {
    static func main() async throws {
        let configuration = DaemonStart<APIConfiguration>.configurationOrExit()
        let process = DaemonProcess(name: "comm-api", runtime: configuration.runtime, metrics: .api)
        let surroundings = API.Surroundings(registry: process.registry, notifier: process.notifier, logger: process.logger)
        process.watch(surroundings.heartbeat)
        let api = try API.build(configuration, in: surroundings)
        try await process.run([process.watchdog] + api.services + [api.server, StoppingNotice(notifier: process.notifier)])
    }
}
