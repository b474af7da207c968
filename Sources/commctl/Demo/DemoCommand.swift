import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore

/// A whole campaign through the running suite, as an outside client would do it: over HTTP only.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Sends a whole campaign through the running suite and the platform's stand-in, and prints the balance.",
        discussion: """
            Nothing but HTTP is used: the REST API of comm-api, the statistics of motorical-dev, and the mails that its SMTP \
            sink kept. The internal token is read from COMM_INTERNAL_TOKEN. Ends with an error when the balance does not close.
            """
    )

    @Option(help: "Contacts in the imported file.")
    var recipients = 1_000

    @Option(help: "Where comm-api answers.")
    var api = "http://127.0.0.1:3011"

    @Option(help: "Where motorical-dev's engine answers.")
    var platform = "http://127.0.0.1:3021"

    @Option(help: "The index file that motorical-dev's sink writes.")
    var sinkIndex: String

    @Option(help: "The folder where motorical-dev's sink keeps mails.")
    var sinkStore: String

    @Option(help: "Where the result is written as JSON.")
    var result = ".local/demo/result.json"

    @Option(help: "Seconds without any progress after which the demo gives up.")
    var patience = 120

    func validate() throws {
        guard (10...5_000_000).contains(recipients) else { throw ValidationError("--recipients must be between 10 and 5000000") }
        guard patience > 0 else { throw ValidationError("--patience must be positive") }
    }

    func run() async throws {
        guard let token = ProcessInfo.processInfo.environment["COMM_INTERNAL_TOKEN"], !token.isEmpty else {
            throw DemoError("COMM_INTERNAL_TOKEN is not set")
        }
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        do {
            let balance = try await DemoRun(settings: settings(token: token), http: http, terminal: Terminal()).run()
            try await http.shutdown()
            guard balance.isClosed else { throw ExitCode(2) }
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private func settings(token: String) -> DemoSettings {
        DemoSettings(
            recipients: recipients,
            api: api.trimmingSuffix("/"),
            platform: platform.trimmingSuffix("/"),
            sinkIndex: URL(fileURLWithPath: sinkIndex),
            sinkStore: URL(fileURLWithPath: sinkStore),
            result: URL(fileURLWithPath: result),
            patience: .seconds(patience),
            internalToken: token
        )
    }

    /// A tracked link must be seen as the redirect that it is, so none is followed.
    private static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(600)
        return configuration
    }
}

extension String {
    /// The text without the given ending, if it has it.
    func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
