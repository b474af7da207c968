import Glibc

/// An IP address as its bytes.
struct IPAddress: Sendable, Hashable {
    /// 4 or 16 of them.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the standard notation: dotted decimals, or colons; no port, no brackets.
    ///
    /// A zone (`%eth0`) is passed over.
    ///
    /// - Returns: nil for anything else, also for the octal, hexadecimal and short forms that some libraries take for addresses.
    init?(_ text: String) {
        let plain = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, plain, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, plain, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &six) { Array($0) }
    }

    var isIPv4: Bool { bytes.count == 4 }
}
