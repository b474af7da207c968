import CommCore
import Daemon
import Foundation
import Logging
import Postgres
import Redis
import ServiceLifecycle

/// Builds the sender's object graph: stores, the outbound pipeline on them, and one service for each duty.
func buildSender(_ configuration: SenderConfiguration, process: DaemonProcess) throws -> [any Service] {
    let logger = process.logger
    let time = SystemTime()
    let faults = configuration.runtime.faults
    let database = PostgresClient(
        configuration: PostgresConfiguration(
            url: configuration.database.url.reveal(),
            poolSize: max(configuration.database.poolSize, configuration.lanes + 3 * configuration.expressWorkers + 6),
            applicationName: process.name,
            isParallel: false
        ),
        logger: logger
    )
    let redis = RedisClient(
        configuration: configuration.redis,
        connections: configuration.lanes + configuration.expressWorkers,
        logger: logger
    )
    let registry = try GatewayRegistry(configuration, redis: redis, process: process)

    let log = DeliveryLogRepository(client: database, faults: faults)
    let settings = DispatchSettings(
        owner: "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)",
        lease: configuration.lease.seconds,
        confirmAfter: configuration.reconcileAfter.seconds
    )
    let health = GatewayHealth()
    let throttle = RedisThrottle(client: database, redis: redis, lookup: SystemMXLookup(), logger: logger)
    let routes = RouteTable(repository: RouteRepository(client: database, time: time), defaults: registry.routes, time: time)
    let dispatcher = Dispatcher(
        stores: try DispatchStores(
            client: database,
            links: configuration.links,
            faults: faults
        ),
        router: HandoverRouter(
            gateways: registry.gateways,
            routes: routes,
            throttle: throttle,
            health: health,
            pauses: GatewayPauseWatch(repository: QueuePauseRepository(client: database, time: time), time: time),
            time: time
        ),
        settings: settings,
        time: time,
        faults: faults
    )
    let expander = CampaignExpander(client: database, chunkSize: configuration.chunkSize, time: time, faults: faults, logger: logger)
    let reconciler = HandoverReconciler(client: database, dispatcher: dispatcher, logger: logger)
    let retrier = CampaignRetrier(client: database, time: time, logger: logger)
    let lanes = LaneMonitor(time: time)
    let heartbeats = HeartbeatRepository(client: database, time: time)
    let finisher = CampaignFinisher(client: database, log: log, time: time, logger: logger)

    var services = process.foundation(database: database, host: configuration.host, port: configuration.port)
    services += [redis] + registry.services
    services.append(process.duty("expander", idle: .milliseconds(250)) { try await expander.step() })
    for lane in 1...configuration.lanes {
        services.append(
            process.duty("bulk-lane-\(lane)", idle: .milliseconds(100)) {
                try await lanes.watch(hasRoom: dispatcher.hasRoom, step: dispatcher.dispatchChunk)
            }
        )
    }
    services.append(
        process.duty("single-lane", idle: .milliseconds(250)) {
            try await lanes.watch(hasRoom: dispatcher.hasRoom, step: dispatcher.dispatchSingles)
        }
    )
    services += ExpressLanes(dispatcher, database: configuration.database, workers: configuration.expressWorkers, process: process).services
    services.append(process.duty("retrier", idle: .milliseconds(500)) { try await retrier.step() })
    services.append(
        process.duty("heartbeat", idle: .seconds(5)) {
            try await heartbeats.beat(instance: settings.owner, gateway: registry.gateways.first?.name ?? "none", lanes: lanes.latest)
            return false
        }
    )
    let upkeep = GatewayUpkeep(
        health: health,
        gateways: registry.gateways,
        repository: ChannelHealthRepository(client: database),
        routes: routes,
        instance: settings.owner,
        time: time
    )
    services.append(
        process.duty("gateway-health", idle: .seconds(5)) {
            try await upkeep.step()
            return false
        }
    )
    services.append(process.duty("domain-groups", idle: .seconds(5)) { try await throttle.keepGroups(now: time.now) })
    services.append(
        process.duty("limits", idle: .seconds(3_600)) {
            try await throttle.tidy(now: time.now)
            return false
        }
    )
    services.append(process.duty("reconciler", idle: .seconds(1)) { try await reconciler.step() > 0 })
    services.append(process.duty("finisher", idle: .milliseconds(500)) { try await finisher.step() })
    return services
}
