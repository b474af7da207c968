/// Reads a DNS answer (RFC 1035) for its mail exchangers, whatever somebody has put into it.
enum MXAnswer {
    private static let headerLength = 12
    private static let mx = 15
    /// Longest chain of compressed names that is followed.
    private static let mostJumps = 20

    /// Hosts, first choice first; without the dot of "takes no mail" (RFC 7505).
    ///
    /// - Returns: nil when it cannot be read.
    static func exchangers(in bytes: [UInt8]) -> [String]? {
        guard bytes.count >= headerLength, let questions = short(bytes, 4), let answers = short(bytes, 6) else { return nil }
        var position = headerLength
        for _ in 0..<questions {
            guard let end = name(bytes, at: position)?.end else { return nil }
            position = end + 4
        }
        var found: [(preference: Int, host: String)] = []
        for _ in 0..<answers {
            guard let end = name(bytes, at: position)?.end, let type = short(bytes, end), let length = short(bytes, end + 8) else {
                return nil
            }
            let data = end + 10
            guard data + length <= bytes.count else { return nil }
            if type == mx, length > 2, let preference = short(bytes, data), let host = name(bytes, at: data + 2)?.text {
                found.append((preference, host.lowercased()))
            }
            position = data + length
        }
        return found.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }.map(\.host).filter { !$0.isEmpty }
    }

    private static func short(_ bytes: [UInt8], _ position: Int) -> Int? {
        guard position >= 0, position + 1 < bytes.count else { return nil }
        return Int(bytes[position]) << 8 | Int(bytes[position + 1])
    }

    /// A name, and where what follows it begins.
    private static func name(_ bytes: [UInt8], at start: Int) -> (text: String, end: Int)? {
        var (position, end, jumps) = (start, nil as Int?, 0)
        var labels: [String] = []
        var length = 0
        while position < bytes.count {
            let octet = Int(bytes[position])
            if octet == 0 { return (labels.joined(separator: "."), end ?? position + 1) }
            if octet >= 0xC0 {
                guard let target = short(bytes, position), jumps < mostJumps else { return nil }
                end = end ?? position + 2
                (position, jumps) = (target & 0x3FFF, jumps + 1)
                continue
            }
            length += octet + 1
            guard octet < 0x40, length <= 255, position + octet < bytes.count else { return nil }
            labels.append(String(decoding: bytes[(position + 1)...(position + octet)], as: UTF8.self))
            position += octet + 1
        }
        return nil
    }
}
