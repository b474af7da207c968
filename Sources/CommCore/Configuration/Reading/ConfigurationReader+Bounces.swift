extension ConfigurationReader {
    /// What return paths look like; nil when none are made.
    mutating func returnPath() -> ReturnPathSettings? {
        let delimiter = value(ConfigurationKeys.bounceDelimiter)
        guard let address = value(ConfigurationKeys.bounceAddress)?.lowercased() else { return nil }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = address.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-._@".utf8.contains(byte)
            }
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".") }), isPlain else {
            refuse(ConfigurationKeys.bounceAddress.declaration, "is not a bare mail address such as bounce@news.example.org")
            return nil
        }
        let room = ReturnPath.longestLocalPart - ReturnPath.tokenLength - delimiter.rawValue.utf8.count
        guard parts[0].utf8.count <= room else {
            refuse(ConfigurationKeys.bounceAddress.declaration, "has a name before the @ that is longer than \(room) characters")
            return nil
        }
        return ReturnPathSettings(local: String(parts[0]), domain: String(parts[1]), delimiter: delimiter)
    }

    /// The mailbox that bounces are read from; nil when none is.
    mutating func bounceMailbox(in environment: RuntimeSettings.Environment) -> BounceMailboxSettings? {
        let user = value(ConfigurationKeys.bounceUser)
        let password = value(ConfigurationKeys.bouncePassword)
        let security = value(ConfigurationKeys.bounceTLS)
        var settings = BounceMailboxSettings(
            host: "",
            port: value(ConfigurationKeys.bouncePort),
            security: security,
            user: user ?? "",
            password: password ?? Secret(""),
            folder: value(ConfigurationKeys.bounceFolder),
            trustedCertificates: value(ConfigurationKeys.bounceTrustedCertificates),
            treatment: value(ConfigurationKeys.bounceTreatment),
            readFolder: value(ConfigurationKeys.bounceReadFolder),
            reviewFolder: value(ConfigurationKeys.bounceReviewFolder),
            interval: .seconds(value(ConfigurationKeys.bouncePollSeconds))
        )
        guard let host = value(ConfigurationKeys.bounceHost) else { return nil }
        settings.host = host
        if user == nil { refuse(ConfigurationKeys.bounceUser.declaration, "is not set and COMM_BOUNCE_IMAP_HOST needs it") }
        if password == nil { refuse(ConfigurationKeys.bouncePassword.declaration, "is not set and COMM_BOUNCE_IMAP_HOST needs it") }
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host.lowercased())
        if security == .none, !isLoopback, environment == .production {
            refuse(ConfigurationKeys.bounceTLS.declaration, "is none, which would send the password in the clear")
        }
        let folders: [(String?, ConfigurationDeclaration)] = [
            (settings.folder, ConfigurationKeys.bounceFolder.declaration),
            (settings.readFolder, ConfigurationKeys.bounceReadFolder.declaration),
            (settings.reviewFolder, ConfigurationKeys.bounceReviewFolder.declaration),
        ]
        for (folder, declaration) in folders where folder.map(Self.isFolder) == false {
            refuse(declaration, "is not a folder's name: printable ASCII without quotes and backslashes")
        }
        return settings
    }

    private static func isFolder(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}
