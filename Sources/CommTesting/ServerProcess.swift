import Foundation
import Synchronization

/// A server program that runs for a test, on ports of its own.
package final class ServerProcess: Sendable {
    private let id: pid_t
    private let hasEnded = Mutex(false)

    /// Starts a program that hears signals, whichever the calling thread has blocked.
    ///
    /// - Parameter isQuiet: what it writes is thrown away.
    package init(_ arguments: [String], isQuiet: Bool = false) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        if isQuiet {
            for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
                posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_WRONLY, 0)
            }
        }
        // Nothing that is open here is its business: locks, sockets.
        for descriptor in (STDERR_FILENO + 1)..<1_024 { posix_spawn_file_actions_addclose(&files, descriptor) }
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var id: pid_t = 0
        let result = posix_spawn(&id, arguments[0], &files, &attributes, &pointers, environ)
        guard result == 0 else { throw TestFailure("\(arguments[0]) cannot be run") }
        self.id = id
    }

    /// Waits until something listens on the port.
    ///
    /// - Returns: false when the program has ended instead.
    package func listens(on port: Int) async -> Bool {
        while !Self.answers(port) {
            let isOver = hasEnded.withLock { ended in
                if !ended, waitpid(id, nil, WNOHANG) != 0 { ended = true }
                return ended
            }
            if isOver { return false }
            // It tells nobody when it is ready.
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Ends it and waits for its end.
    ///
    /// - Parameter master: the process that hears the signal, where it is another one.
    package func stop(master: pid_t? = nil) async {
        let isRunning = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isRunning else { return }
        kill(master ?? id, SIGTERM)
        await withCheckedContinuation { continuation in
            // On a thread of its own: those of the global queue are the ones that all tests run on.
            Thread.detachNewThread { [id] in
                waitpid(id, nil, 0)
                continuation.resume()
            }
        }
    }

    /// Ports that nobody listens on.
    package static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            var address = loopback(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard isBound else { throw TestFailure("no free port") }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    private static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(UInt16(port))
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: inet_addr("127.0.0.1"))
        return address
    }
}
