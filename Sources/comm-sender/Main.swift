import CommCore
import Daemon

/// comm-sender: the outbound pipeline.
///
/// Expands due campaigns into the queue and hands their messages over.
@main
enum Main {
    static func main() async {
        let configuration = DaemonStart<SenderConfiguration>.configurationOrExit()
        let process = DaemonProcess(name: "comm-sender", runtime: configuration.runtime)
        await process.run { try buildSender(configuration, process: process) }
    }
}
