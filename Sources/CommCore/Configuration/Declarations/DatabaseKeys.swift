/// The settings that lead to one PostgreSQL database: a URL, or its parts.
struct DatabaseKeys: Sendable {
    let url: ConfigurationKey<Secret?>
    let host: ConfigurationKey<String?>
    let port: ConfigurationKey<Int>
    let name: ConfigurationKey<String>
    let user: ConfigurationKey<String?>
    let password: ConfigurationKey<Secret?>

    /// The settings `<prefix>_URL`, `<prefix>_HOST` and so on of a database.
    init(prefix: String, defaultName: String, readBy programs: Set<Program>, requirement: String, purpose: String) {
        func entry(_ suffix: String, _ summary: String, requirement: String? = nil) -> ConfigurationEntry {
            ConfigurationEntry(
                name: "\(prefix)_\(suffix)",
                chapter: .stores,
                readBy: programs,
                requirement: requirement,
                summary: summary
            )
        }
        url = .credential(
            entry(
                "URL",
                "\(purpose) For example `postgresql://user:password@host:5432/\(defaultName)?sslmode=verify-full`.",
                requirement: requirement
            ),
            kind: "PostgreSQL connection URL"
        )
        host = .optionalText(
            entry(
                "HOST",
                "Host, or directory of the unix socket, when `\(prefix)_URL` is not given. Giving it turns the five parts below on."
            )
        )
        port = .integer(entry("PORT", "Port; used with `\(prefix)_HOST`."), default: 5432, in: 1...65_535)
        name = .text(entry("NAME", "Database; used with `\(prefix)_HOST`."), default: defaultName)
        user = .optionalText(entry("USER", "User; used with `\(prefix)_HOST`."))
        password = .credential(entry("PASSWORD", "Password; used with `\(prefix)_HOST`."))
    }

    var declarations: [ConfigurationDeclaration] {
        [
            url.declaration, host.declaration, port.declaration, name.declaration, user.declaration, password.declaration,
        ]
    }
}
