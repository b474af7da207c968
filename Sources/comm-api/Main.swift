import CommCore
import Daemon

/// The REST API, tracking redirects, unsubscribe pages and the platform's webhook.
@main
enum Main {
    static func main() async {
        let configuration = DaemonStart<APIConfiguration>.configurationOrExit()
        let process = DaemonProcess(name: "comm-api", runtime: configuration.runtime, metrics: .api)
        let surroundings = API.Surroundings(registry: process.registry, notifier: process.notifier, logger: process.logger)
        process.watch(surroundings.heartbeat)
        await process.run {
            let api = try API.build(configuration, in: surroundings)
            return [process.watchdog] + api.services + [api.server, StoppingNotice(notifier: process.notifier)]
        }
    }
}
