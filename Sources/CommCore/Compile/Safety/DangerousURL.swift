/// Which URLs may stand in a mail.
enum DangerousURL {
    /// Whether a URL runs no code and holds no document.
    static func isHarmless(_ url: String) -> Bool {
        switch URLScheme.of(url.utf8) {
        case "javascript", "vbscript", "livescript", "mocha", "file", "blob", "filesystem", "view-source": false
        case "data": isImage(url)
        default: true
        }
    }

    private static func isImage(_ url: String) -> Bool {
        let rest = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        let type = String(Substring(rest.prefix(24))).lowercased()
        return ["image/png", "image/gif", "image/jpeg", "image/jpg", "image/webp", "image/bmp", "image/avif"].contains {
            type.hasPrefix($0)
        }
    }
}

/// Attributes whose value is a URL.
enum URLAttributes {
    static let all: Set<String> = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "data", "longdesc", "lowsrc", "dynsrc", "xlink:href",
        "srcset", "codebase", "classid", "usemap", "ping", "manifest",
    ]
}
