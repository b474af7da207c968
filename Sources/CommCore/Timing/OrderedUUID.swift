import FoundationEssentials

/// A UUID in the order in which PostgreSQL compares it: byte by byte.
package struct OrderedUUID: Sendable, Hashable, Comparable {
    package let id: UUID

    /// The least and the greatest of all.
    package static let everything = OrderedUUID([UInt8](repeating: 0, count: 16))...OrderedUUID([UInt8](repeating: 255, count: 16))

    package init(_ id: UUID) {
        self.id = id
    }

    /// - Parameter bytes: missing ones count as 0, further ones are left out.
    package init(_ bytes: [UInt8]) {
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes.prefix(16)) }
        id = UUID(uuid: value)
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: id.uuid) { Array($0) } }

    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}
