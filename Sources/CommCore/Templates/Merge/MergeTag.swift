/// A merge tag: `{{name}}`, `{{ city | your town }}`.
package struct MergeTag: Sendable, Equatable {
    /// What a tag stands for.
    package enum Name: Sendable, Equatable {
        /// One of the contact's fields, as in `RenderProgram.fields`.
        case field(String)
        case unsubscribeURL
        /// The mail's own address in a browser.
        case webVersionURL
    }

    package let name: Name
    /// As it is written.
    package let key: String
    /// Stands for a missing or empty value.
    package let fallback: String

    /// Reads what stands between the braces; nil when it is not of this language.
    package init?(_ content: String) {
        let bar = content.utf8.firstIndex(of: UInt8(ascii: "|"))
        let key = Self.trimmed(content[..<(bar ?? content.endIndex)])
        guard Self.isKey(key), !Self.reserved.contains(key), !key.hasPrefix("this.") else { return nil }
        self.key = key
        self.fallback = bar.map { Self.trimmed(content[content.index(after: $0)...]) } ?? ""
        switch key {
        case "unsubscribe_url": self.name = .unsubscribeURL
        case "web_version_url", "view_in_browser_url": self.name = .webVersionURL
        case "name", "identity_name", "email": self.name = .field(key)
        default: self.name = .field(key.hasPrefix(Self.attributePrefix) ? key : Self.attributePrefix + key)
        }
    }

    /// The attribute that is meant, if it is one.
    package var attribute: String? {
        guard case .field(let name) = name, name.hasPrefix(Self.attributePrefix) else { return nil }
        return String(name.dropFirst(Self.attributePrefix.count))
    }

    private static let attributePrefix = "attributes."

    /// Words with a meaning of their own in other merge languages.
    private static let reserved: Set<String> = ["else", "this", "end", "endif", "attributes", "attributes."]

    private static func isKey(_ key: String) -> Bool {
        (1...100).contains(key.utf8.count)
            && key.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_.-".utf8.contains(byte)
                }
            }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
