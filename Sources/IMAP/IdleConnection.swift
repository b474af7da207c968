/// A connection that has opened a folder for reading and can wait for its changes.
final class IdleConnection {
    /// What is kept of an answer that does not end (octets).
    private static let longestAnswer = 64 << 10

    private let handle: CurlHandle
    private let timeout: Duration
    private var tags = 0
    private var received: [UInt8] = []

    /// Connects, logs in and opens the folder.
    init(_ configuration: IMAPConfiguration, brake: CurlHandle.Brake) throws(IMAPError) {
        handle = try CurlHandle(configuration, brake: brake, connectsOnly: true)
        timeout = configuration.commandTimeout
        _ = try handle.run(nil, at: try IMAPCommand.address(configuration), limit: Self.longestAnswer)
        let capabilities = IMAPAnswer.capabilities(Array(try command("CAPABILITY").joined(separator: "\n").utf8))
        guard capabilities.contains("IDLE") else { throw IMAPError(.unsupported, "the server has no IDLE") }
        _ = try command("EXAMINE \(IMAPCommand.literal(configuration.folder))")
    }

    /// Waits until the server tells of something that came.
    ///
    /// - Returns: false when the time is over.
    func idle(upTo longest: Duration) throws(IMAPError) -> Bool {
        let tag = nextTag()
        try handle.send("\(tag) IDLE\r\n")
        let start = ContinuousClock.now
        var isWaiting = false
        while true {
            let left = isWaiting ? longest - start.duration(to: .now) : timeout
            guard let line = try line(upTo: left) else {
                guard isWaiting else { throw IMAPError(.unreachable, "no answer in time") }
                return try end(tag)
            }
            if line.hasPrefix("+") { isWaiting = true }
            if line.hasPrefix("\(tag) ") { throw IMAPError(.refused, "the server does not wait") }
            if Self.tellsOfMails(line) {
                _ = try end(tag, isWaiting: isWaiting)
                return true
            }
        }
    }

    /// Ends the waiting.
    ///
    /// - Returns: whether something was told of meanwhile.
    private func end(_ tag: String, isWaiting: Bool = true) throws(IMAPError) -> Bool {
        if !isWaiting { while try expectLine().hasPrefix("+") == false {} }
        try handle.send("DONE\r\n")
        return try finish(tag).contains(where: Self.tellsOfMails)
    }

    /// Sends a command.
    ///
    /// - Returns: the lines of its answer.
    private func command(_ text: String) throws(IMAPError) -> [String] {
        let tag = nextTag()
        try handle.send("\(tag) \(text)\r\n")
        return try finish(tag)
    }

    /// The lines up to the end of a command, if it ends well.
    private func finish(_ tag: String) throws(IMAPError) -> [String] {
        var lines: [String] = []
        var length = 0
        while true {
            let line = try expectLine()
            if line.hasPrefix("\(tag) ") {
                guard line.uppercased().hasPrefix("\(tag) OK") else { throw IMAPError(.refused, "the server refuses the command") }
                return lines
            }
            length += line.utf8.count
            guard length <= Self.longestAnswer else { throw IMAPError(.tooLong, "the answer is longer than allowed") }
            lines.append(line)
        }
    }

    private func expectLine() throws(IMAPError) -> String {
        guard let line = try line(upTo: timeout) else { throw IMAPError(.unreachable, "no answer in time") }
        return line
    }

    /// The next line; nil when the time is over.
    private func line(upTo duration: Duration) throws(IMAPError) -> String? {
        let end = ContinuousClock.now + duration
        while true {
            if let newline = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: received[..<newline], as: UTF8.self)
                received.removeSubrange(...newline)
                guard !line.uppercased().hasPrefix("* BYE") else { throw IMAPError(.unreachable, "the server takes its leave") }
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard received.count <= Self.longestAnswer else { throw IMAPError(.tooLong, "a line is longer than allowed") }
            let bytes = try handle.receive(upTo: ContinuousClock.now.duration(to: end))
            if bytes.isEmpty { return nil }
            received += bytes
        }
    }

    private func nextTag() -> String {
        tags += 1
        return "W\(tags)"
    }

    /// `* 3 EXISTS`, `* 1 RECENT`.
    private static func tellsOfMails(_ line: String) -> Bool {
        let words = line.uppercased().split(separator: " ")
        return words.count == 3 && words[0] == "*" && (words[2] == "EXISTS" || words[2] == "RECENT")
    }
}
