/// Which URLs may stand in a mail.
enum DangerousURL {
    /// Whether a URL runs no code and holds no document.
    static func isHarmless(_ url: String) -> Bool {
        switch URLScheme.of(url.utf8.lazy.filter { $0 != 0 }) {
        case "javascript", "vbscript", "vbs", "livescript", "mocha", "jscript", "file", "blob", "filesystem", "view-source", "about",
            "chrome",
            "resource", "res", "jar", "mhtml", "ms-its", "feed", "wyciwyg", "pcast":
            false
        case "data": isImage(url)
        default: true
        }
    }

    /// Whether all candidates of a `srcset` are.
    static func areHarmless(candidates: String) -> Bool {
        guard isHarmless(candidates) else { return false }
        return candidates.utf8.split { $0 == UInt8(ascii: ",") || $0 <= 0x20 }.allSatisfy { candidate in
            // Without a colon there is no scheme; what begins with a digit is a width.
            !candidate.contains(UInt8(ascii: ":")) || isHarmless(String(Substring(candidate)))
        }
    }

    private static func isImage(_ url: String) -> Bool {
        let rest = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst().filter { $0 > 0x20 }
        let type = String(decoding: rest.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") }.prefix(24), as: UTF8.self)
        return [
            "image/png", "image/gif", "image/jpeg", "image/jpg", "image/webp", "image/bmp", "image/avif", "image/x-icon",
            "image/vnd.microsoft.icon",
        ].contains(type.lowercased())
    }
}

/// Attributes whose value is a URL.
enum URLAttributes {
    static let all: Set<String> = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "data", "longdesc", "lowsrc", "dynsrc", "xlink:href",
        "srcset", "imagesrcset", "codebase", "classid", "usemap", "ping", "manifest", "archive", "profile", "xml:base", "icon",
    ]
}
