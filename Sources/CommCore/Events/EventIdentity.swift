import Crypto
import FoundationEssentials
import Postgres

/// Makes the deterministic id of an event.
///
/// The id of a fact about a message is the first 11 bytes of the message id (time and sequence) and 40 bits of a hash of the fact.
/// So all facts of one message lie side by side in the primary key, in the order in which the messages were made.
enum EventIdentity {
    static func make(type: EventType, messageID: UUID?, fallback: [String], occurredAt: Date, discriminator: String?) -> UUID {
        let milliseconds = Int64((occurredAt.timeIntervalSince1970 * 1000).rounded())
        guard let messageID else {
            let digest = hash([type.rawValue, discriminator ?? String(milliseconds)] + fallback)
            var bytes = Array(digest.prefix(16))
            for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> Int64(40 - 8 * index)) }
            bytes[6] = 0x80 | bytes[6] & 0x0F
            bytes[8] = 0x80 | bytes[8] & 0x3F
            return uuid(bytes)
        }
        let detail = type.isOncePerMessage ? "" : discriminator ?? String(milliseconds)
        let digest = hash([type.rawValue, messageID.uuidString, detail])
        return uuid(Array(messageBytes(messageID).prefix(11)) + digest.prefix(5))
    }

    /// The range of ids in which all facts of a message lie.
    static func range(of messageID: UUID) -> ClosedRange<UUIDBytes> {
        let prefix = Array(messageBytes(messageID).prefix(11))
        return UUIDBytes(prefix + [0, 0, 0, 0, 0])...UUIDBytes(prefix + [255, 255, 255, 255, 255])
    }

    /// The bounds of that range as the columns `first_event` and `last_event`, for a message id that is an expression of SQL.
    static func range(of messageID: SQL) -> SQL {
        let bound = { (rest: String) -> SQL in "(left(translate(\(sql: messageID)::text, '-', ''), 22) || '\(raw: rest)')::uuid" }
        return "\(sql: bound("0000000000")) AS first_event, \(sql: bound("ffffffffff")) AS last_event"
    }

    /// A UUID in the byte order in which PostgreSQL compares it.
    struct UUIDBytes: Comparable {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        var uuid: UUID { EventIdentity.uuid(bytes) }
        static func < (lhs: Self, rhs: Self) -> Bool { lhs.bytes.lexicographicallyPrecedes(rhs.bytes) }
    }

    private static func hash(_ parts: [String]) -> SHA256.Digest {
        SHA256.hash(data: Array(parts.joined(separator: "\u{1f}").utf8))
    }

    private static func messageBytes(_ id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }

    private static func uuid(_ b: [UInt8]) -> UUID {
        UUID(uuid: (b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]))
    }
}
