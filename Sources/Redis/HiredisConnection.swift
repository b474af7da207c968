import CHiredis
import Glibc

/// One connection of the hiredis library: the only place that touches its pointers.
///
/// Not `Sendable`: it belongs to one actor. Every call blocks at most until its deadline, so it must run on that actor's own thread.
final class HiredisConnection {
    private let context: UnsafeMutablePointer<redisContext>
    private let breaker: SocketBreaker
    private let timeout: Duration

    /// Connects, authenticates and selects the database.
    init(_ configuration: RedisConfiguration, breaker: SocketBreaker) throws {
        guard let context = Self.connect(configuration) else {
            throw RedisError(.connectionFailed, "out of memory")
        }
        self.context = context
        self.breaker = breaker
        self.timeout = configuration.commandTimeout
        guard context.pointee.err == 0 else {
            throw RedisError(.connectionFailed, "\(configuration): \(lastError)")
        }
        breaker.arm(context.pointee.fd)
        _ = fcntl(context.pointee.fd, F_SETFL, fcntl(context.pointee.fd, F_GETFL) | O_NONBLOCK)
        if case .tcp = configuration.endpoint { _ = redisEnableKeepAlive(context) }
        try introduce(configuration)
    }

    deinit {
        breaker.disarm()
        redisFree(context)
    }

    /// Whether the server has gone away (or speaks unasked) while nothing was expected from it.
    var isStale: Bool {
        var entry = pollfd(fd: context.pointee.fd, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) != 0
    }

    /// Writes all bytes.
    ///
    /// - Throws: `connectionClosed` or `timeout`; a part may have been sent.
    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                // MSG_NOSIGNAL: a lost connection is an error here, not a signal that ends the process.
                let sent = send(context.pointee.fd, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if sent >= 0 {
                    rest = rest.dropFirst(sent)
                } else if errno == EAGAIN {
                    try wait(for: Int16(POLLOUT), until: .now + timeout, limit: timeout)
                } else if errno != EINTR {
                    throw RedisError(.connectionClosed, "write: \(String(cString: strerror(errno)))")
                }
            }
        }
    }

    /// Waits for the next reply, at most for `timeout` (the configured command timeout when nil).
    ///
    /// - Throws: `connectionClosed`, `timeout` or `protocol`; after any of them the connection is out of step and must be dropped.
    func readReply(timeout limit: Duration? = nil) throws -> RedisReply {
        let limit = limit ?? timeout
        var deadline: ContinuousClock.Instant?
        while true {
            if let reply = try bufferedReply() { return reply }
            let end = deadline ?? .now + limit
            deadline = end
            try wait(for: Int16(POLLIN), until: end, limit: limit)
            guard redisBufferRead(context) == REDIS_OK else { throw failure() }
        }
    }

    private func bufferedReply() throws -> RedisReply? {
        var raw: UnsafeMutableRawPointer?
        guard redisGetReplyFromReader(context, &raw) == REDIS_OK else { throw failure() }
        guard let raw else { return nil }
        defer { freeReplyObject(raw) }
        return RedisReply(copying: raw.assumingMemoryBound(to: redisReply.self))
    }

    private func wait(for events: Int16, until deadline: ContinuousClock.Instant, limit: Duration) throws {
        var entry = pollfd(fd: context.pointee.fd, events: events, revents: 0)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw RedisError(.timeout, "no answer within \(limit)") }
            let ready = poll(&entry, 1, Self.milliseconds(left))
            if ready > 0 { return }
            if ready < 0, errno != EINTR {
                throw RedisError(.connectionClosed, "poll: \(String(cString: strerror(errno)))")
            }
        }
    }

    private func introduce(_ configuration: RedisConfiguration) throws {
        var commands: [RedisCommand] = []
        if let password = configuration.password {
            let names = [configuration.username, password].compactMap(\.self)
            commands.append(RedisCommand("AUTH", names.map(RedisArgument.string)))
        }
        if configuration.database != 0 {
            commands.append(RedisCommand("SELECT", [.integer(configuration.database)]))
        }
        try write(RedisCommand.encode(commands))
        for _ in commands {
            _ = try readReply().valueOrError()
        }
    }

    private func failure() -> RedisError {
        switch context.pointee.err {
        case REDIS_ERR_PROTOCOL, REDIS_ERR_OOM: RedisError(.protocol, lastError)
        default: RedisError(.connectionClosed, lastError)
        }
    }

    private var lastError: String {
        withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func connect(_ configuration: RedisConfiguration) -> UnsafeMutablePointer<redisContext>? {
        let (seconds, attoseconds) = configuration.connectTimeout.components
        let limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        return switch configuration.endpoint {
        case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(clamping: port), limit)
        case .unixSocket(let path): redisConnectUnixWithTimeout(path, limit)
        }
    }

    /// Rounded up, so that a wait never ends before its deadline and spins.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        return Int32(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
