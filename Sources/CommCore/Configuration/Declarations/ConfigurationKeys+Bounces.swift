extension ConfigurationKeys {
    static let bounceAddress = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_BOUNCE_ADDRESS",
            chapter: .bounces,
            readBy: [.sender, .stats],
            summary: "Where bounces of the `smtp` gateway's messages go, for example `bounce@news.example.org`. Each message gets a return "
                + "path of its own, `bounce+<token>@news.example.org`, that names it and cannot be made up; the mail server has to deliver "
                + "such addresses to one mailbox. Without it, the sender's address of the campaign is the return path."
        )
    )

    static let bounceDelimiter = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_BOUNCE_DELIMITER",
            chapter: .bounces,
            readBy: [.sender, .stats],
            summary: "What the mail server takes as the end of a mailbox's name (`recipient_delimiter` of Postfix)."
        ),
        default: ReturnPathSettings.Delimiter.plus
    )

    static let bounceHost = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_HOST",
            chapter: .bounces,
            readBy: [.stats],
            summary: "The IMAP server of the mailbox. With it, comm-stats reads bounces, complaints and delivery notices from there."
        )
    )

    static let bouncePort = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_PORT",
            chapter: .bounces,
            readBy: [.stats],
            summary: "Its TCP port: 993 for `tls`, most often 143 for `starttls`."
        ),
        default: 993,
        in: 1...65_535
    )

    static let bounceTLS = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_TLS",
            chapter: .bounces,
            readBy: [.stats],
            summary: "Protection of the connection; the certificate is always verified. `none` is for a server on this machine only."
        ),
        default: BounceMailboxSettings.Security.tls
    )

    static let bounceUser = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_USER",
            chapter: .bounces,
            readBy: [.stats],
            requirement: "comm-stats with `COMM_BOUNCE_IMAP_HOST`",
            summary: "Name of the mailbox at the login."
        )
    )

    static let bouncePassword = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_PASS",
            chapter: .bounces,
            readBy: [.stats],
            requirement: "comm-stats with `COMM_BOUNCE_IMAP_HOST`",
            summary: "Its password."
        )
    )

    static let bounceTrustedCertificates = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_CA_FILE",
            chapter: .bounces,
            readBy: [.stats],
            summary: "File with the certificates (PEM) that the server's is checked against, in the place of the system's."
        )
    )

    static let bounceFolder = ConfigurationKey.text(
        ConfigurationEntry(
            name: "COMM_BOUNCE_IMAP_FOLDER",
            chapter: .bounces,
            readBy: [.stats],
            summary: "The folder that is read; ASCII, other letters as modified UTF-7."
        ),
        default: "INBOX"
    )

    static let bounceTreatment = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_BOUNCE_READ_MAIL",
            chapter: .bounces,
            readBy: [.stats],
            summary: "What becomes of a mail once what it reports is stored: it stays as it is, is marked as seen, moved to "
                + "`COMM_BOUNCE_READ_FOLDER`, or deleted. What was not understood is never deleted."
        ),
        default: BounceMailboxSettings.Treatment.seen
    )

    static let bounceReadFolder = ConfigurationKey.text(
        ConfigurationEntry(
            name: "COMM_BOUNCE_READ_FOLDER",
            chapter: .bounces,
            readBy: [.stats],
            summary: "Where `COMM_BOUNCE_READ_MAIL=move` moves mails; made when it is missing."
        ),
        default: "Processed"
    )

    static let bounceReviewFolder = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_BOUNCE_REVIEW_FOLDER",
            chapter: .bounces,
            readBy: [.stats],
            summary: "Where mails are moved that were not understood, for a person to look at; without it they stay where they are."
        )
    )

    static let bouncePollSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_BOUNCE_POLL_SECONDS",
            chapter: .bounces,
            readBy: [.stats],
            summary: "Pause between two looks into the mailbox."
        ),
        default: 60,
        in: 5...3_600,
        unit: "seconds"
    )
}
