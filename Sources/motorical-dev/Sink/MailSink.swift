import FoundationEssentials
import Logging
import SMTP
import ServiceLifecycle
import Synchronization

/// The sink as a service: an `SMTPServer` whose mail goes to a journal.
final class MailSink: Service {
    private let configuration: SMTPServerConfiguration
    private let journal: SinkJournal
    private let logger: Logger
    private let rules = SinkRules()

    init(host: String, port: Int, maximumSize: Int, journal: SinkJournal, logger: Logger) {
        var configuration = SMTPServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.maximumSize = maximumSize
        configuration.name = "sink.motorical-dev.test"
        self.configuration = configuration
        self.journal = journal
        self.logger = logger
    }

    /// Listens until the shutdown; what was accepted is in the files when it returns.
    func run() async throws {
        var policy = SMTPServerPolicy()
        policy.recipient = { [rules] in rules.decide(on: $0) }
        policy.message = { [journal] message in
            journal.add(message, at: Date())
            return .accept
        }
        let server = try await SMTPServer.start(configuration, policy: policy)
        logger.info("sink listening", metadata: ["port": "\(server.port)"])
        await cancelWhenGracefulShutdown { [journal, logger] in
            while !Task.isCancelled {
                // Cancellation ends the pause, and the condition ends the loop.
                try? await Task.sleep(for: .milliseconds(250))
                await journal.flush(logger: logger)
            }
        }
        await server.close()
        await journal.flush(logger: logger)
        logger.info("sink stopped", metadata: ["mails": "\(journal.count)"])
    }
}
