/// What a merge tag, a condition or a loop takes a value from.
package enum MergeSource: Sendable, Hashable {
    /// What is known of the place in the innermost loop.
    package enum Position: String, Sendable, Hashable, CaseIterable {
        /// Counted from 0.
        case index = "@index"
        /// Counted from 1.
        case number = "@number"
        case first = "@first"
        case last = "@last"
    }

    /// One of the contact's fields, as in `RenderProgram.fields`.
    case field(String)
    /// The element that the innermost loop is at, or what it holds under a path of names.
    case item([String])
    case position(Position)

    /// Reads a name as authors write it: `city`, `attributes.city`, `this.title`, `@index`; nil when it is none.
    package init?(_ key: String) {
        if let position = Position(rawValue: key) {
            self = .position(position)
        } else if key == "this" {
            self = .item([])
        } else if key.hasPrefix("this.") {
            let path = key.dropFirst(5).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard Self.isKey(key), path.allSatisfy({ !$0.isEmpty }) else { return nil }
            self = .item(path)
        } else {
            guard Self.isKey(key), !Self.reserved.contains(key) else { return nil }
            self = .field(Self.columns.contains(key) || key.hasPrefix(Self.attributePrefix) ? key : Self.attributePrefix + key)
        }
    }

    /// As authors write it: an attribute by its bare key, unless that means something else.
    package var key: String {
        switch self {
        case .position(let position): return position.rawValue
        case .item(let path): return (["this"] + path).joined(separator: ".")
        case .field(let name):
            guard name.hasPrefix(Self.attributePrefix) else { return name }
            let bare = String(name.dropFirst(Self.attributePrefix.count))
            return MergeTag.addresses[bare] != nil || MergeSource(bare) != self ? name : bare
        }
    }

    /// The attribute that is meant, if it is one.
    package var attribute: String? {
        guard case .field(let name) = self, name.hasPrefix(Self.attributePrefix) else { return nil }
        return String(name.dropFirst(Self.attributePrefix.count))
    }

    /// Whether it has a value inside of a loop only.
    package var needsLoop: Bool {
        if case .field = self { false } else { true }
    }

    private static let attributePrefix = "attributes."
    private static let columns: Set<String> = ["name", "identity_name", "email"]

    /// Words with a meaning of their own, here or in other merge languages.
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
}

extension MergeSource: Codable {
    /// A field's name in a program never begins like the other two.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        if text.hasPrefix("@") || text == "this" || text.hasPrefix("this."), let source = MergeSource(text) {
            self = source
        } else {
            self = .field(text)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .field(let name) = self { try container.encode(name) } else { try container.encode(key) }
    }
}
