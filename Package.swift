// swift-tools-version: 6.2
import PackageDescription

/// One setting for every target: Swift 6 mode, strict language features, warnings are errors.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Targets that wrap a C library: an import is internal unless raised, so that no C type can leak out of them.
let wrapperSettings = settings + [.enableUpcomingFeature("InternalImportsByDefault")]

/// The fuzz checks; `make fuzz` links them to libFuzzer, which calls a function that nothing else may export.
let fuzzSettings = settings + (Context.environment["COMM_FUZZ"] == nil ? [] : [.define("COMM_FUZZ")])

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

let package = Package(
    name: "communications-block",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "comm-api", targets: ["comm-api"]),
        .executable(name: "comm-sender", targets: ["comm-sender"]),
        .executable(name: "comm-stats", targets: ["comm-stats"]),
        .executable(name: "commctl", targets: ["commctl"]),
        .executable(name: "motorical-dev", targets: ["motorical-dev"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["CommandLineArguments", "Logging"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C modules: a module map and a shim each.
        .systemLibrary(name: "CLibPQ"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "CGumbo"),
        .systemLibrary(name: "CIDN2"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "CResolv"),
        .target(name: "COpenAPI"),

        // Clients: they know no domain word.
        .target(name: "Postgres", dependencies: ["CLibPQ", logging, lifecycle], swiftSettings: wrapperSettings),
        .target(name: "Redis", dependencies: ["CHiredis", logging, lifecycle], swiftSettings: wrapperSettings),
        .target(name: "Systemd", dependencies: [logging, lifecycle], swiftSettings: wrapperSettings),
        .target(name: "Telemetry", dependencies: [logging, metrics], swiftSettings: settings),
        .target(name: "HTML", dependencies: ["CGumbo"], swiftSettings: wrapperSettings),
        .target(name: "CSV", swiftSettings: settings),
        .target(name: "MIME", swiftSettings: settings),
        .target(name: "SMTP", dependencies: [logging, nioCore, nioPosix, nioSSL], swiftSettings: settings),
        .target(name: "IMAP", dependencies: ["CCurl"], swiftSettings: wrapperSettings),

        .target(
            name: "CommCore",
            dependencies: [
                "Postgres", "Redis", "HTML", "CSV", "MIME", "SMTP", "IMAP", "CIDN2", "CResolv",
                logging, metrics, lifecycle, crypto, cryptoExtras, httpClient, configuration, nioCore, nioHTTP1, nioPosix, nioSSL,
            ],
            swiftSettings: settings
        ),

        // What every daemon does around its work: waiting for its stores, health port, duties, orderly stop.
        .target(
            name: "Daemon",
            dependencies: [
                "CommCore", "Postgres", "Redis", "Systemd", "Telemetry", hummingbird, logging, metrics, lifecycle, unixSignals, nioCore,
            ],
            swiftSettings: settings
        ),

        .executableTarget(
            name: "comm-api",
            dependencies: [
                "Daemon", "CommCore", "Postgres", "Redis", "Systemd", "Telemetry", "CSV", "COpenAPI",
                hummingbird, mustache, httpTypes, logging, metrics, lifecycle, unixSignals, crypto, httpClient, configuration, nioCore,
                nioHTTP1, .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            exclude: ["Resources"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "comm-sender",
            dependencies: [
                "Daemon", "CommCore", "Postgres", "Redis", "Systemd", "Telemetry",
                hummingbird, logging, metrics, lifecycle, unixSignals, configuration,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "comm-stats",
            dependencies: [
                "Daemon", "CommCore", "Postgres", "Redis", "Systemd", "Telemetry",
                hummingbird, httpClient, logging, metrics, lifecycle, unixSignals, configuration,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "commctl",
            dependencies: [
                "CommCore", "Postgres", "Redis", "CSV", "MIME", arguments, logging, configuration, httpClient, nioCore, nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "motorical-dev",
            dependencies: [
                "Postgres", "Redis", "MIME", "SMTP",
                arguments, hummingbird, httpClient, crypto, logging, lifecycle, unixSignals, nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: settings
        ),

        .target(
            name: "CommTesting",
            dependencies: ["CommCore", "Postgres", "Redis", logging],
            path: "Sources/CommTesting",
            swiftSettings: settings
        ),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "CommTesting"], swiftSettings: settings),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "CommTesting"], swiftSettings: settings),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd"], swiftSettings: settings),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", logging, metrics], swiftSettings: settings),
        .testTarget(name: "HTMLTests", dependencies: ["HTML"], swiftSettings: settings),
        .testTarget(name: "CSVTests", dependencies: ["CSV"], swiftSettings: settings),
        .testTarget(name: "MIMETests", dependencies: ["MIME"], swiftSettings: settings),
        .testTarget(name: "IMAPTests", dependencies: ["IMAP", "CommTesting", nioCore, nioPosix], swiftSettings: settings),
        .testTarget(name: "SMTPTests", dependencies: ["SMTP", "CommTesting", nioCore, nioPosix, logging], swiftSettings: settings),
        .testTarget(
            name: "CommCoreTests",
            dependencies: [
                "CommCore", "CommTesting", "HTML", "MIME", "Postgres", "Redis", "SMTP",
                httpClient, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
            ],
            exclude: ["Compile/Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommAPITests",
            dependencies: [
                "comm-api", "CommCore", "CommTesting", "CSV", "Postgres", "Redis", "Systemd", "Telemetry",
                .product(name: "HummingbirdTesting", package: "hummingbird"), hummingbird, crypto, httpTypes, logging, nioCore, nioPosix,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommctlTests",
            dependencies: ["commctl", "CommCore", "CommTesting", "Redis", arguments, nioCore],
            swiftSettings: settings
        ),
        .target(name: "FuzzMarkup", dependencies: ["HTML"], path: "Tests/Fuzz/FuzzMarkup", swiftSettings: fuzzSettings),
        .target(name: "FuzzTemplates", dependencies: ["CommCore", "HTML"], path: "Tests/Fuzz/FuzzTemplates", swiftSettings: fuzzSettings),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["FuzzMarkup", "FuzzTemplates"],
            path: "Tests/Fuzz/FuzzTests",
            swiftSettings: settings
        ),
        .testTarget(name: "BrowserTests", dependencies: ["CommCore"], exclude: ["Fixtures", "Page"], swiftSettings: settings),
        .testTarget(name: "MotoricalDevTests", dependencies: ["motorical-dev"], swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["CommCore", "CommTesting", "MIME", "Postgres", "Redis", httpClient, logging, nioCore, nioHTTP1, nioSSL],
            swiftSettings: settings
        ),
    ]
)

// Benchmarks stay out of the product's build: `make bench` asks for them.
if Context.environment["COMM_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "comm-bench",
            dependencies: [
                "CommCore", "Postgres", "Redis", "CSV", "HTML", arguments, hummingbird, httpClient, crypto, logging, lifecycle, nioCore,
                nioHTTP1,
            ],
            path: "Benchmarks",
            exclude: ["Peers"],
            swiftSettings: settings
        )
    )
}
