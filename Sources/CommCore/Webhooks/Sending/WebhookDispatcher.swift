import FoundationEssentials
import Logging
import Metrics
import NIOSSL
import Postgres
import ServiceLifecycle

/// Tells endpoints what happened: takes those that have something to be told and serves many of them at once.
///
/// Any number of processes may do this; an endpoint belongs to one at a time, by a lease. What was sent and not yet recorded when a
/// process dies is sent again, under the same id.
package final class WebhookDispatcher: Sendable {
    /// What the work is bounded by.
    package struct Settings: Sendable {
        /// Endpoints served at once; slow ones get half of the places at most, so that they do not hold up the others.
        package var concurrency = 64
        package var timeout: Duration = .seconds(15)
        package var schedule = RetrySchedule.standard
        /// Seconds that an endpoint stays with a process that is silent.
        package var lease: TimeInterval = 60
        /// Pause when nothing is to be told.
        package var idle: Duration = .milliseconds(250)
        /// Who may sign the endpoints' certificates; tests have an authority of their own.
        var authorities = NIOSSLTrustRoots.default

        package init() {}
    }

    private let settings: Settings
    private let work: WebhookWorkRepository
    private let endpoint: EndpointRun
    private let time: any TimeSource
    private let logger: Logger
    private let places: DispatchPlaces

    /// - Parameter owner: names the process in leases.
    package init(
        client: PostgresClient,
        owner: String,
        seal: CredentialSeal,
        policy: TargetPolicy,
        resolver: any HostResolver,
        settings: Settings = Settings(),
        time: any TimeSource,
        faults: FaultPoints = .none,
        logger: Logger
    ) {
        self.settings = settings
        self.time = time
        self.logger = logger
        work = WebhookWorkRepository(client: client, owner: owner, lease: settings.lease)
        var limits = EndpointRun.Limits()
        limits.timeout = settings.timeout
        endpoint = EndpointRun(
            work: work,
            resolver: TargetResolver(resolver: resolver, policy: policy),
            seal: seal,
            schedule: settings.schedule,
            limits: limits,
            authorities: settings.authorities,
            time: time,
            faults: faults,
            logger: logger
        )
        places = DispatchPlaces(limit: settings.concurrency)
    }

    /// Works until the daemon stops, finishing the requests in hand.
    ///
    /// - Parameter beat: called with every look for work.
    package func run(beat: @escaping @Sendable () -> Void = {}) async {
        await withDiscardingTaskGroup { group in
            var random = SystemRandomNumberGenerator()
            let backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(5))
            var failed = 0
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                beat()
                do {
                    let leases = try await claim()
                    failed = 0
                    for lease in leases { group.addTask { await self.serve(lease) } }
                    if leases.isEmpty { await Self.pause(settings.idle) }
                } catch {
                    failed += 1
                    logger.warning("webhooks cannot be claimed", metadata: ["failures": "\(failed)", "error": "\(error)"])
                    await Self.pause(backoff.pause(afterFailure: failed, using: &random))
                }
            }
        }
    }

    /// Serves once every endpoint that has something to be told now.
    ///
    /// - Returns: how many endpoints that were.
    package func runOnce() async throws -> Int {
        let leases = try await claim()
        await withDiscardingTaskGroup { group in
            for lease in leases { group.addTask { await self.serve(lease) } }
        }
        return leases.count
    }

    private func claim() async throws -> [WebhookLease] {
        let (all, slow) = places.free
        guard all > 0 else { return [] }
        var leases = try await work.claim(limit: all, slow: false, now: time.now)
        let room = min(all - leases.count, slow)
        if room > 0 { leases += try await work.claim(limit: room, slow: true, now: time.now) }
        for lease in leases { places.take(isSlow: lease.isSlow) }
        return leases
    }

    private func serve(_ lease: WebhookLease) async {
        defer { places.giveBack(isSlow: lease.isSlow) }
        do {
            try await endpoint.serve(lease)
        } catch {
            // The lease ends by itself, and what was not recorded is sent again.
            logger.warning("an endpoint could not be served", metadata: ["endpoint": "\(lease.endpointID)", "error": "\(error)"])
        }
    }

    private static func pause(_ duration: Duration) async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    }
}
