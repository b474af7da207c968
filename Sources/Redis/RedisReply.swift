/// What the server answered.
package enum RedisReply: Sendable, Equatable {
    /// No value: a missing key, or a blocking call whose time ran out.
    case null
    /// A short status such as `OK`.
    case status(String)
    /// A number.
    case integer(Int64)
    /// Bytes of any content.
    case bulk([UInt8])
    /// A list, possibly nested.
    case array([RedisReply])
    /// The server refused the command; the text starts with an upper-case word such as `WRONGTYPE`.
    case error(String)

    /// The text of a status or of bytes (invalid UTF-8 is repaired); nil for everything else.
    package var string: String? {
        switch self {
        case .status(let text): text
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .null, .integer, .array, .error: nil
        }
    }

    /// The number, also when it came as text; nil for everything else.
    package var int: Int64? {
        switch self {
        case .integer(let value): value
        case .status, .bulk: string.flatMap { Int64($0) }
        case .null, .array, .error: nil
        }
    }

    /// The bytes of a bulk reply; nil for everything else.
    package var bytes: [UInt8]? {
        guard case .bulk(let bytes) = self else { return nil }
        return bytes
    }

    /// The elements of a list; nil for everything else.
    package var array: [RedisReply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Whether there is no value.
    package var isNull: Bool { self == .null }

    /// The reply itself, or the server's refusal as an error.
    ///
    /// - Throws: `RedisError` with code `server`.
    package func valueOrError() throws -> RedisReply {
        guard case .error(let text) = self else { return self }
        throw RedisError(.server, text)
    }
}
