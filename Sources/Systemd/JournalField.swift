import FoundationEssentials

/// How a metadata key becomes the name of a journal field.
enum JournalField {
    /// Longest name that the journal accepts.
    private static let maximumLength = 64

    /// Fields that the handler writes itself, or that mean something to the journal.
    private static let reserved: Set<String> = [
        "MESSAGE", "PRIORITY", "LOGGER", "ERROR", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "ERRNO", "INVOCATION_ID", "USER_INVOCATION_ID",
        "SYSLOG_FACILITY", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "SYSLOG_TIMESTAMP", "SYSLOG_RAW", "DOCUMENTATION", "TID", "UNIT", "USER_UNIT",
        "OBJECT_PID", "COREDUMP_UNIT", "COREDUMP_USER_UNIT",
    ]

    /// The field for a metadata key and its value: `tenant_id`, `tenantID` and `tenant-id` all become `TENANT_ID`.
    ///
    /// Names that would be refused by the journal or be taken for its own get the prefix `META_`. `MESSAGE_ID` is the journal's name for a
    /// 128-bit catalogue id; our message ids have that form, so a UUID keeps the name (an id unknown to the catalogue does no harm and
    /// `journalctl MESSAGE_ID=…` finds the message), while any other value goes to `META_MESSAGE_ID`.
    static func name(forKey key: String, value: String) -> String {
        let name = upperCased(key)
        let isOwn = reserved.contains(name) || (name == "MESSAGE_ID" && UUID(uuidString: value) == nil)
        let isInvalid = name.first.map { !$0.isLetter } ?? true
        return String((isOwn || isInvalid ? "META_" + name : name).prefix(maximumLength))
    }

    private static func upperCased(_ key: String) -> String {
        var name = ""
        var previousIsLower = false
        for scalar in key.unicodeScalars {
            let character = Character(scalar)
            guard scalar.isASCII, character.isLetter || character.isNumber else {
                name.append("_")
                previousIsLower = false
                continue
            }
            if character.isUppercase, previousIsLower { name.append("_") }
            previousIsLower = character.isLowercase || character.isNumber
            name.append(contentsOf: character.uppercased())
        }
        return name
    }
}
