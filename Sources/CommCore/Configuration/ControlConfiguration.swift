import Redis

/// Everything that commctl reads from the same settings as the daemons.
package struct ControlConfiguration: Sendable {
    /// Environment, logs.
    package var runtime: RuntimeSettings
    /// The suite's database.
    package var database: DatabaseSettings
    /// The platform's database, when it is known.
    package var motoricalDatabase: DatabaseSettings?
    /// The Redis server.
    package var redis: RedisConfiguration
    /// Redis list from which the platform takes its jobs.
    package var deliveryQueue: String
    /// Where the API is reached from outside, without a final slash.
    package var publicBase: String
    /// Signs links and service tokens, when given.
    package var signingSecret: Secret?
}

extension ControlConfiguration: DaemonConfiguration {
    package static var program: Program { .control }

    package init(reading reader: inout ConfigurationReader) {
        runtime = reader.runtime()
        database = reader.database()
        motoricalDatabase = reader.motoricalDatabase(isRequired: false)
        redis = reader.redis()
        deliveryQueue = reader.value(ConfigurationKeys.deliveryQueue)
        publicBase = reader.value(ConfigurationKeys.publicBase)
        signingSecret = reader.value(ConfigurationKeys.serviceJWTSecret)
    }
}
