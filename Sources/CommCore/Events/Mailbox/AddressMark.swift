import Crypto

/// A hash of an address, for comparing it with the delivery log without keeping it.
enum AddressMark {
    static func of(_ address: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: Array(address.lowercased().utf8))
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
