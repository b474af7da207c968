import Crypto

/// HMAC-SHA256 (RFC 2104) whose state can be copied: after the key, and again after bytes that many messages share.
///
/// The library's own `HMAC` can be copied likewise but takes its input through a generic protocol, which costs as much as
/// hashing a short link does.
struct HMACSHA256State: Sendable {
    private var inner: SHA256
    private let outer: SHA256

    /// The state that has read the key and nothing else.
    init(key: [UInt8]) {
        var block = key.count > 64 ? Array(SHA256.hash(data: key)) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        var inner = SHA256()
        var outer = SHA256()
        inner.update(data: block.map { $0 ^ 0x36 })
        outer.update(data: block.map { $0 ^ 0x5C })
        self.inner = inner
        self.outer = outer
    }

    /// Reads more of the message.
    mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { inner.update(bufferPointer: $0) }
    }

    /// Reads more of the message.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        inner.update(bufferPointer: bytes)
    }

    /// Appends the code of what was read, in base64url.
    func appendCode(to output: inout [UInt8]) {
        withCode { Base64URL.append($0, to: &output) }
    }

    /// Whether a code is that of what was read; takes the same time whatever the code holds.
    func matches(_ code: [UInt8]) -> Bool {
        withCode { expected in
            guard code.count == expected.count else { return false }
            var difference: UInt8 = 0
            for index in code.indices { difference |= code[index] ^ expected[index] }
            return difference == 0
        }
    }

    private func withCode<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var outer = outer
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize().withUnsafeBytes(body)
    }
}
