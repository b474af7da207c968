/// What the return path of messages looks like.
package struct ReturnPathSettings: Sendable, Equatable {
    /// Between the mailbox's own name and the token.
    package enum Delimiter: String, Sendable, CaseIterable {
        case plus = "+"
        case minus = "-"
        case equals = "="
    }

    package var local: String
    package var domain: String
    package var delimiter: Delimiter

    package init(local: String, domain: String, delimiter: Delimiter = .plus) {
        self.local = local
        self.domain = domain
        self.delimiter = delimiter
    }
}

/// The mailbox that bounces come back to, and how it is read.
package struct BounceMailboxSettings: Sendable {
    /// Protection of the connection.
    package enum Security: String, Sendable, CaseIterable {
        case tls, starttls, none
    }

    /// What becomes of a mail once what it reports is stored.
    package enum Treatment: String, Sendable, CaseIterable {
        /// It stays as it is.
        case keep
        /// It is marked as seen.
        case seen
        /// It is moved to another folder.
        case move
        /// It is deleted.
        case delete
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var user: String
    package var password: Secret
    package var folder: String
    /// File of certificates that are trusted besides no others; nil for the system's.
    package var trustedCertificates: String?
    package var treatment: Treatment
    /// Where mails go with the treatment `move`.
    package var readFolder: String
    /// Where mails go that were not understood; nil leaves them where they are.
    package var reviewFolder: String?
    /// Pause between two readings.
    package var interval: Duration

    package init(
        host: String,
        port: Int = 993,
        security: Security = .tls,
        user: String,
        password: Secret,
        folder: String = "INBOX",
        trustedCertificates: String? = nil,
        treatment: Treatment = .seen,
        readFolder: String = "Processed",
        reviewFolder: String? = nil,
        interval: Duration = .seconds(60)
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.folder = folder
        self.trustedCertificates = trustedCertificates
        self.treatment = treatment
        self.readFolder = readFolder
        self.reviewFolder = reviewFolder
        self.interval = interval
    }
}
