/// Knows a message again when it comes back, without keeping its address: FNV-1a of flow and recipient.
enum MessageIdentity {
    static let start: UInt64 = 0xcbf2_9ce4_8422_2325

    static func hash(_ bytes: some Sequence<UInt8>, seed: UInt64 = start) -> UInt64 {
        var value = seed
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return value
    }
}
