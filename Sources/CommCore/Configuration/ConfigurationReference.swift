/// Documentation made from the declarations, so that it cannot lag behind them.
package enum ConfigurationReference {
    /// `docs/configuration.md`.
    package static func markdown() -> String {
        let chapters = ConfigurationDeclaration.Chapter.allCases.map { chapter in
            "## \(chapter.rawValue)\n\n" + declarations(of: chapter).map(markdownEntry).joined(separator: "\n\n")
        }
        return ([introduction] + chapters).joined(separator: "\n\n") + "\n"
    }

    /// `.env.example`: every setting with its default, secrets left blank.
    package static func envExample() -> String {
        let chapters = ConfigurationDeclaration.Chapter.allCases.map { chapter in
            "# ---- \(chapter.rawValue) ----\n\n" + declarations(of: chapter).map(sampleEntry).joined(separator: "\n\n")
        }
        return ([sampleIntroduction] + chapters).joined(separator: "\n\n") + "\n"
    }

    /// What `--help` prints.
    package static func help(for program: Program) -> String {
        let settings = ConfigurationKeys.all.filter { $0.readBy.contains(program) }
        let width = settings.map(\.option.count).max() ?? 0
        let lines = settings.map { setting in
            let padding = String(repeating: " ", count: width - setting.option.count + 2)
            return "  \(setting.option)\(padding)\(setting.kind)\(note(on: setting, for: program))"
        }
        return """
            usage: \(program.rawValue) [--env-file FILE] [--check-config] [--help] [--SETTING VALUE]...

            Settings come from the command line, the environment (--comm-port is COMM_PORT), systemd credentials,
            and an environment file (--env-file or COMM_ENV_FILE, else .env in the working directory), in this order.
            --check-config checks them and ends with 0, or with 78 and the list of all problems.

            \(lines.joined(separator: "\n"))
            """
    }

    private static func declarations(of chapter: ConfigurationDeclaration.Chapter) -> [ConfigurationDeclaration] {
        ConfigurationKeys.all.filter { $0.chapter == chapter }
    }

    private static let introduction = """
        # Configuration

        This file is generated from the declarations in `Sources/CommCore/Configuration`; edit those.

        Every setting is an environment variable. It is looked for, in this order, on the command line (`COMM_PORT` is `--comm-port 3011` or
        `--comm-port=3011`), in the environment, among the systemd credentials (`$CREDENTIALS_DIRECTORY/comm_port`), and in an environment
        file (`--env-file` or `COMM_ENV_FILE`, else `.env` in the working directory). The first that is not empty counts, else the default.

        At start a program checks all of its settings, reports every problem at once by name, and ends with code 78 if there is any;
        `--check-config` does only that. Values of secrets are never shown. Prefer systemd credentials for them
        (`LoadCredential=service_jwt_secret:/etc/comm/service_jwt_secret`): command lines are visible to every user of a machine.
        """

    private static let sampleIntroduction = """
        # Settings of Communications Block. Copy to .env and fill in what is blank and needed.
        # Generated from the declarations in Sources/CommCore/Configuration; docs/configuration.md explains more.
        # A line that is commented out shows the default.
        """

    private static func markdownEntry(_ setting: ConfigurationDeclaration) -> String {
        let readers = Program.allCases.filter(setting.readBy.contains).map(\.rawValue).joined(separator: ", ")
        var facts = [setting.kind]
        if let text = setting.defaultText { facts.append("default `\(text)`") }
        if let requirement = requirement(of: setting) { facts.append("required by \(requirement)") }
        if setting.isSecret { facts.append("secret") }
        facts.append("read by \(readers)")
        return "### `\(setting.name)`\n\n\(facts.joined(separator: " · "))\n\n\(setting.summary)"
    }

    private static func sampleEntry(_ setting: ConfigurationDeclaration) -> String {
        let comment = wrap(setting.summary, width: 96).map { "# \($0)" }.joined(separator: "\n")
        let requirement = requirement(of: setting)
        let assignment = (requirement == nil ? "#" : "") + "\(setting.name)=\(setting.defaultText ?? "")"
        return comment + "\n# (\(setting.kind)\(requirement.map { "; required by \($0)" } ?? ""))\n" + assignment
    }

    private static func requirement(of setting: ConfigurationDeclaration) -> String? {
        if let requirement = setting.requirement { return requirement }
        let programs = Program.allCases.filter(setting.requiredBy.contains).map(\.rawValue)
        return programs.isEmpty ? nil : programs.joined(separator: ", ")
    }

    private static func note(on setting: ConfigurationDeclaration, for program: Program) -> String {
        if let text = setting.defaultText { return " (default \(text))" }
        return setting.requiredBy.contains(program) ? " (required)" : ""
    }

    private static func wrap(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: [""]) { lines, word in
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + word.count < width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
