import FoundationEssentials
import IMAP
import Logging
import Metrics
import ServiceLifecycle

/// Hears from the mail server when something comes into the bounce mailbox, so that it need not be waited for until the folder is looked
/// at again anyway.
///
/// What it does not hear costs a minute: the folder is still asked every `COMM_BOUNCE_POLL_SECONDS`. It rests after failures, longer each
/// time, and where the server cannot tell.
package struct BounceMailboxWatch: Sendable {
    /// After so long the waiting is asked for anew: well before the 29 minutes of RFC 2177, and before most routers forget the connection.
    static let longest: Duration = .seconds(9 * 60)
    /// Rests after failures, and after the server said that it cannot tell.
    static let rest = Backoff(initial: .seconds(15), maximum: .seconds(900))

    private let imap: IMAPWatch
    private let longest: Duration
    private let rest: Backoff
    private let logger: Logger

    package init(_ settings: BounceMailboxSettings, logger: Logger) {
        self.init(settings, longest: Self.longest, rest: Self.rest, logger: logger)
    }

    init(_ settings: BounceMailboxSettings, longest: Duration, rest: Backoff, logger: Logger) {
        imap = IMAPWatch(IMAPConfiguration(settings))
        self.longest = longest
        self.rest = rest
        self.logger = logger
    }

    /// Watches until the daemon stops.
    ///
    /// - Parameter tell: called when something may have come.
    package func run(telling tell: @Sendable () -> Void) async {
        var failures = 0
        var random = SystemRandomNumberGenerator()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await cancelWhenGracefulShutdown { try await imap.open() }
                // What came before this connection.
                tell()
                while true {
                    if try await cancelWhenGracefulShutdown({ try await imap.wait(upTo: longest) }) { tell() }
                    failures = 0
                }
            } catch let error as IMAPError where error.code != .cancelled {
                failures = error.code == .unsupported ? Int(UInt8.max) : failures + 1
                Counter(label: "comm_bounce_watch_failures_total", dimensions: [("reason", error.code.rawValue)]).increment()
                logger.notice("The bounce mailbox cannot be watched; it is asked now and then", metadata: ["error": "\(error)"])
                let pause = rest.pause(afterFailure: failures, using: &random)
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            } catch {
                break
            }
        }
        await imap.close()
    }
}
