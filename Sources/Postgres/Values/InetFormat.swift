import Glibc

/// The binary format of `inet` and `cidr` (`network_send` in the server's `network.c`).
enum InetFormat {
    private static let familyIPv4: UInt8 = 2
    private static let familyIPv6: UInt8 = 3

    /// The address as the server would print it: with a prefix length unless it is a whole `inet` address.
    static func text(_ value: PostgresValue) -> String? {
        let bytes = value.bytes
        guard bytes.count >= 4, bytes.count == 4 + Int(bytes[3]) else { return nil }
        let address = UnsafeRawBufferPointer(rebasing: bytes[4...])
        guard let printed = print(address, family: bytes[0]) else { return nil }
        let isWhole = Int(bytes[1]) == address.count * 8
        return isWhole && value.type == TypeOID.inet ? printed : "\(printed)/\(bytes[1])"
    }

    private static func print(_ address: UnsafeRawBufferPointer, family: UInt8) -> String? {
        let expected: (size: Int, family: Int32)
        switch family {
        case familyIPv4: expected = (4, AF_INET)
        case familyIPv6: expected = (16, AF_INET6)
        default: return nil
        }
        guard address.count == expected.size else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let base = buffer.baseAddress, inet_ntop(expected.family, address.baseAddress, base, socklen_t(buffer.count)) != nil
            else { return nil }
            return String(cString: base)
        }
    }
}
