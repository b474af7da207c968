/// Writes commands, and the addresses by which libcurl is told what to do.
enum IMAPCommand {
    /// A folder's name as a quoted string, with what libcurl would decode made safe.
    ///
    /// - Throws: `IMAPError` for names that cannot stand in a quoted string.
    static func quoted(_ folder: String) throws(IMAPError) -> String {
        try literal(folder).replacing("%", with: "%25")
    }

    /// A folder's name as a quoted string, for commands that libcurl does not touch.
    ///
    /// - Throws: `IMAPError` for names that cannot stand in a quoted string.
    static func literal(_ folder: String) throws(IMAPError) -> String {
        guard isWritable(folder) else {
            throw IMAPError(.invalidSetting, "a folder's name is 1 to 255 printable ASCII characters without quotes and backslashes")
        }
        return "\"\(folder)\""
    }

    /// Numbers as a sequence set: `3,5:9`.
    static func set(_ uids: [UInt32]) -> String {
        var parts: [String] = []
        var run: ClosedRange<UInt32>?
        for uid in uids.sorted() {
            if let current = run, uid == current.upperBound || uid == current.upperBound &+ 1 {
                run = current.lowerBound...uid
            } else {
                if let run { parts.append(text(run)) }
                run = uid...uid
            }
        }
        if let run { parts.append(text(run)) }
        return parts.joined(separator: ",")
    }

    private static func text(_ run: ClosedRange<UInt32>) -> String {
        run.lowerBound == run.upperBound ? "\(run.lowerBound)" : "\(run.lowerBound):\(run.upperBound)"
    }

    /// The address of a folder, or of one message's first octets in it.
    static func address(
        _ configuration: IMAPConfiguration,
        uidValidity: UInt32? = nil,
        uid: UInt32? = nil,
        limit: Int? = nil
    ) throws(IMAPError) -> String {
        guard isWritable(configuration.folder) else { throw IMAPError(.invalidSetting, "the folder's name cannot be written") }
        let host = configuration.host
        guard !host.isEmpty, host.utf8.allSatisfy(isHostCharacter) else {
            throw IMAPError(.invalidSetting, "the host is neither a name nor an address")
        }
        let scheme = configuration.security == .tls ? "imaps" : "imap"
        var url = "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(configuration.port)/\(encoded(configuration.folder))"
        if let uidValidity { url += ";UIDVALIDITY=\(uidValidity)" }
        if let uid { url += ";UID=\(uid)" }
        if let limit { url += ";PARTIAL=0.\(limit)" }
        return url
    }

    private static func isWritable(_ folder: String) -> Bool {
        (1...255).contains(folder.utf8.count) && folder.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func encoded(_ folder: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in folder.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
