/// Where an address leads; only ``public`` ones may be called on behalf of a tenant.
///
/// By the IANA registries of special-purpose addresses. What is not known to be public is refused.
enum AddressScope: String, Sendable, CaseIterable {
    case `public`
    /// This host: `127/8`, `::1`.
    case loopback
    /// Networks of one's own: RFC 1918, unique local IPv6.
    case `private`
    /// The link: `169.254/16` with the clouds' metadata service, `fe80::/10`.
    case linkLocal
    /// Behind a carrier's translator: `100.64/10`.
    case shared
    case multicast
    /// Documentation, benchmarks, protocols, the future; `0/8`, `::`.
    case reserved

    init(_ address: IPAddress) {
        self = address.isIPv4 ? Self.ofIPv4(address.bytes) : Self.ofIPv6(address.bytes)
    }

    private struct Block {
        let bytes: [UInt8]
        let bits: Int
        let scope: AddressScope

        init(_ bytes: [UInt8], _ bits: Int, _ scope: AddressScope) {
            (self.bytes, self.bits, self.scope) = (bytes, bits, scope)
        }

        func holds(_ address: [UInt8]) -> Bool {
            let (whole, rest) = (bits / 8, bits % 8)
            guard address[..<whole].elementsEqual(bytes[..<whole]) else { return false }
            guard rest > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
            return address[whole] & mask == bytes[whole] & mask
        }
    }

    private static let four: [Block] = [
        Block([0], 8, .reserved), Block([10], 8, .private), Block([100, 64], 10, .shared), Block([127], 8, .loopback),
        Block([169, 254], 16, .linkLocal), Block([172, 16], 12, .private), Block([192, 0, 0], 24, .reserved),
        Block([192, 0, 2], 24, .reserved), Block([192, 31, 196], 24, .reserved), Block([192, 52, 193], 24, .reserved),
        Block([192, 88, 99], 24, .reserved), Block([192, 168], 16, .private), Block([192, 175, 48], 24, .reserved),
        Block([198, 18], 15, .reserved), Block([198, 51, 100], 24, .reserved), Block([203, 0, 113], 24, .reserved),
        // The platform's own channel to its virtual machines, at Azure.
        Block([168, 63, 129, 16], 32, .linkLocal),
        Block([224], 4, .multicast), Block([240], 4, .reserved),
    ]

    /// Exceptions within 2000::/3, which alone is given out.
    private static let six: [Block] = [
        Block([0x20, 0x01, 0x00], 23, .reserved),  // protocols, Teredo and ORCHID among them
        Block([0x20, 0x01, 0x0D, 0xB8], 32, .reserved), Block([0x20, 0x02], 16, .reserved),
        Block([0x26, 0x20, 0, 0x4F, 0x80, 0], 48, .reserved),
        Block([0x3F, 0xFE], 16, .reserved), Block([0x3F, 0xFF, 0x00], 20, .reserved),
    ]

    private static func ofIPv4(_ bytes: [UInt8]) -> AddressScope {
        four.first { $0.holds(bytes) }?.scope ?? .public
    }

    private static func ofIPv6(_ bytes: [UInt8]) -> AddressScope {
        if let embedded = embedded(in: bytes) {
            let scope = ofIPv4(embedded)
            return scope == .public ? .reserved : scope
        }
        if bytes[..<15].allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? .loopback : .reserved }
        if bytes[0] == 0xFF { return .multicast }
        if bytes[0] & 0xFE == 0xFC { return .private }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0x80 { return .linkLocal }
        if bytes[0] == 0xFE, bytes[1] & 0xC0 == 0xC0 { return .private }  // site-local, deprecated
        guard bytes[0] & 0xE0 == 0x20 else { return .reserved }
        return six.first { $0.holds(bytes) }?.scope ?? .public
    }

    /// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated (NAT64), 6to4, Teredo.
    ///
    /// It names the danger; none of these is called, wherever it leads.
    private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
        let isZero = bytes[..<10].allSatisfy { $0 == 0 }
        if isZero, bytes[10] == 0xFF, bytes[11] == 0xFF { return Array(bytes[12...]) }
        if isZero, bytes[10] == 0, bytes[11] == 0, bytes[12...14].contains(where: { $0 != 0 }) { return Array(bytes[12...]) }
        if bytes[..<8].allSatisfy({ $0 == 0 }), bytes[8...11].elementsEqual([0xFF, 0xFF, 0, 0]) { return Array(bytes[12...]) }
        if bytes[0] == 0, bytes[1] == 0x64, bytes[2] == 0xFF, bytes[3] == 0x9B { return Array(bytes[12...]) }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return Array(bytes[2..<6]) }
        if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] == 0, bytes[3] == 0 { return bytes[12...].map { ~$0 } }
        return nil
    }
}
