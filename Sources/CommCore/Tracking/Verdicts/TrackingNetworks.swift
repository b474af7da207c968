/// Networks whose requests are not those of readers, looked up by address.
package struct TrackingNetworks: Sendable {
    /// Knows none.
    package static let none = TrackingNetworks([])

    private struct Network: Sendable {
        let bytes: [UInt8]
        let bits: Int
        let verdict: TrackingVerdict

        func holds(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            let whole = bits / 8
            guard address[..<whole] == bytes[..<whole] else { return false }
            let rest = bits % 8
            guard rest > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
            return address[whole] & mask == bytes[whole] & mask
        }
    }

    private let networks: [Network]

    /// - Parameter networks: in CIDR notation; what is none is left out.
    package init(_ networks: [(cidr: String, verdict: TrackingVerdict)]) {
        self.networks = networks.compactMap { entry in
            let parts = entry.cidr.split(separator: "/", maxSplits: 1)
            guard let address = parts.first, let bytes = Self.bytes(of: address) else { return nil }
            let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
            guard let bits, (0...bytes.count * 8).contains(bits) else { return nil }
            return Network(bytes: bytes, bits: bits, verdict: entry.verdict)
        }
    }

    /// The verdict on the narrowest network that holds the address.
    package func verdict(on address: String?) -> TrackingVerdict? {
        guard !networks.isEmpty, let address, let bytes = Self.bytes(of: address[...]) else { return nil }
        return networks.filter { $0.holds(bytes) }.max { $0.bits < $1.bits }?.verdict
    }

    /// 4 or 16 bytes; an IPv4 address in its IPv6 form is taken for what it is.
    static func bytes(of text: Substring) -> [UInt8]? {
        if !text.utf8.contains(UInt8(ascii: ":")) { return ipv4(text) }
        guard let bytes = ipv6(text) else { return nil }
        let mapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return mapped ? Array(bytes[12...]) : bytes
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { $0.utf8.count <= 3 ? UInt8($0) : nil }
        return bytes.count == 4 ? bytes : nil
    }

    private static func ipv6(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count <= 45 else { return nil }
        let text = text.prefix { $0 != "%" }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            if place == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let last = ipv4(part) else { return nil }
                bytes += last
            } else {
                guard (1...4).contains(part.utf8.count), let value = UInt16(part, radix: 16) else { return nil }
                bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }
}
