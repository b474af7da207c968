/// One argument of a command: text or bytes, sent as they are (binary safe).
package enum RedisArgument: Sendable, Equatable {
    /// Text, sent as UTF-8.
    case string(String)
    /// Any bytes.
    case bytes([UInt8])

    /// The decimal text of a number.
    package static func integer(_ value: some BinaryInteger) -> RedisArgument {
        .string(String(value))
    }

    /// Number of bytes on the wire, without framing.
    var count: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}

extension RedisArgument: ExpressibleByStringLiteral {
    /// A text argument.
    package init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    /// A number, sent as decimal text.
    package init(integerLiteral value: Int) {
        self = .integer(value)
    }
}
