import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

/// `motorical-dev sink`: a real SMTP server that takes all mail and delivers none.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink",
        abstract: "Takes mail by SMTP and keeps an index of it.",
        discussion: """
            A recipient whose local part starts with "bounce" is refused for good, one that starts with "defer" is put off once.
            """
    )

    @Option(help: "Port to listen on.")
    var port: Int

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Directory for whole mails.")
    var store: String

    @Option(help: "How many whole mails to keep: the first ones.")
    var keep = 20

    @Option(help: "File that gets one line per accepted mail and recipient: time, Message-ID, recipient, octets, file (tab-separated).")
    var index: String

    @Option(help: "Largest mail in octets.")
    var maxSize = 26_214_400

    @OptionGroup var logOptions: LogOptions

    func run() async throws {
        let logger = logOptions.logger("motorical-dev.sink")
        let journal = try SinkJournal(index: index, store: store, keep: keep)
        let sink = MailSink(host: host, port: port, maximumSize: maxSize, journal: journal, logger: logger)
        try await ServiceGroup(
            configuration: .init(
                services: [.init(service: sink, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        ).run()
    }
}
