/// A recipient's value while it is rendered.
///
/// Fields travel as text; a list or an object as its JSON, which is read only when a loop or a path asks for what is in it.
struct MergeValue: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case scalar
        case list([MergeValue])
        case object([String: MergeValue])
    }

    /// As it is filled in: a text without quotes, a number's digits, `true`; empty for null and for what is missing.
    let text: [UInt8]
    let content: Content

    static let missing = MergeValue(text: [], content: .scalar)

    /// What stands under a path of names; a place in a list counts from 0.
    func at(_ path: [String]) -> MergeValue {
        var value = self
        for name in path {
            switch value.content {
            case .object(let members): value = members[name] ?? .missing
            case .list(let elements):
                guard let place = Int(name), elements.indices.contains(place) else { return .missing }
                value = elements[place]
            case .scalar: return .missing
            }
        }
        return value
    }

    /// Whether a condition takes a text for true: not when it is empty, `false`, zero, or JSON with nothing in it.
    static func isTrue(_ text: [UInt8]) -> Bool {
        switch text.count {
        case 0: return false
        case 1: return text[0] != UInt8(ascii: "0")
        case 2 where text == Array("[]".utf8) || text == Array("{}".utf8): return false
        case 5 where text == Array("false".utf8): return false
        default: return MergeNumber.parse(text) != 0
        }
    }
}
