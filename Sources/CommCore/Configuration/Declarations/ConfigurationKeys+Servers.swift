extension ConfigurationKeys {
    static let port = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_PORT",
            chapter: .servers,
            readBy: [.api],
            summary: "TCP port of the API. Put a reverse proxy with TLS in front of it."
        ),
        default: 3011,
        in: 0...65_535
    )

    static let host = ConfigurationKey.text(
        ConfigurationEntry(
            name: "COMM_HOST",
            chapter: .servers,
            readBy: .daemons,
            summary: "Address that the HTTP servers of all three daemons listen on. The default answers this machine only."
        ),
        default: "127.0.0.1"
    )

    static let senderPort = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_SENDER_PORT",
            chapter: .servers,
            readBy: [.sender],
            summary: "TCP port of the sender's health and metrics pages; 0 turns them off. Two senders on one machine need two ports."
        ),
        default: 3012,
        in: 0...65_535
    )

    static let statsPort = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_STATS_PORT",
            chapter: .servers,
            readBy: [.stats],
            summary: "TCP port of the stats daemon's health and metrics pages; 0 turns them off."
        ),
        default: 3013,
        in: 0...65_535
    )

    static let maxBodyBytes = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_MAX_BODY_BYTES",
            chapter: .servers,
            readBy: [.api],
            summary: "Largest body of a JSON request; a larger one is answered with 413."
        ),
        default: 1_048_576,
        in: 1_024...67_108_864,
        unit: "bytes"
    )

    static let importsPerWindow = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_IMPORTS_PER_15_MINUTES",
            chapter: .servers,
            readBy: [.api],
            summary: "Contact files that a tenant may upload in 15 minutes, dry runs included; 0 for any number. Counted in Redis."
        ),
        default: 10,
        in: 0...1_000_000
    )

    static let maxImportBytes = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_MAX_IMPORT_BYTES",
            chapter: .servers,
            readBy: [.api],
            summary: "Largest file of a contact import. Imports are streamed, so this bounds time and disk, not memory."
        ),
        default: 1_073_741_824,
        in: 1_024...1_099_511_627_776,
        unit: "bytes"
    )

    static let templateMaxBytes = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_TEMPLATE_MAX_BYTES",
            chapter: .servers,
            readBy: [.api],
            summary: "Largest HTML, and largest text part, of a template that is compiled."
        ),
        default: 512_000,
        in: 1_024...4_194_304,
        unit: "bytes"
    )

    static let templateMaxNodes = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_TEMPLATE_MAX_NODES",
            chapter: .servers,
            readBy: [.api],
            summary: "How many elements the HTML of a template may have."
        ),
        default: 2_000,
        in: 10...20_000
    )

    static let templateMaxLinks = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_TEMPLATE_MAX_LINKS",
            chapter: .servers,
            readBy: [.api],
            summary: "How many links the HTML of a template may have."
        ),
        default: 100,
        in: 1...1_000
    )
}
