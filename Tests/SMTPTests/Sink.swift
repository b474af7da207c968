import Logging
import SMTP
import Synchronization

/// A server on a free port for the time of a test, with what it took.
final class Sink: Sendable {
    private let taken = Mutex<[SMTPReceivedMessage]>([])
    private let greetings = Mutex(0)

    var messages: [SMTPReceivedMessage] { taken.withLock { $0 } }
    /// How many connections were made.
    var connections: Int { greetings.withLock { $0 } }

    static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a body with a server; messages that the policy accepts are kept.
    static func run<R>(
        _ configuration: SMTPServerConfiguration = SMTPServerConfiguration(),
        policy: SMTPServerPolicy = SMTPServerPolicy(),
        _ body: (Sink, _ port: Int) async throws -> R
    ) async throws -> R {
        let sink = Sink()
        var policy = policy
        let (decideMessage, greet) = (policy.message, policy.greeting)
        policy.greeting = {
            sink.greetings.withLock { $0 += 1 }
            return greet()
        }
        policy.message = { message in
            let decision = decideMessage(message)
            if case .accept = decision { sink.taken.withLock { $0.append(message) } }
            return decision
        }
        let server = try await SMTPServer.start(configuration, policy: policy)
        do {
            let result = try await body(sink, server.port)
            await server.close()
            return result
        } catch {
            await server.close()
            throw error
        }
    }

    static func client(port: Int, tls: SMTPTLS = SMTPTLS(.none), credentials: SMTPConfiguration.Credentials? = nil) -> SMTPConfiguration {
        SMTPConfiguration(host: "127.0.0.1", port: port, tls: tls, credentials: credentials, clientName: "client.test")
    }

    static func message(_ recipients: [String] = ["a@b.test"], content: String = "Subject: x\r\n\r\nHi\r\n") throws -> SMTPMessage {
        try SMTPMessage(sender: "me@shop.test", recipients: recipients, content: Array(content.utf8))
    }
}
