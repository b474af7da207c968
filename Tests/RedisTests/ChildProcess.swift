import Dispatch
import Glibc

/// A process started by a test, with its output in a pipe.
final class ChildProcess: Sendable {
    struct StartFailed: Error {
        let reason: String
    }

    private let id: pid_t
    private let output: Int32

    /// Starts a program that is found on the PATH.
    init(_ arguments: [String]) throws {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw StartFailed(reason: "no pipe") }
        // Not for other children: a copy there would keep the pipe open after this one has ended.
        pipe.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO)
        var pointers = arguments.map { strdup($0) } + [nil]
        var child: pid_t = 0
        let result = posix_spawnp(&child, arguments[0], &actions, nil, &pointers, environ)
        pointers.forEach { free($0) }
        posix_spawn_file_actions_destroy(&actions)
        close(pipe[1])
        guard result == 0 else {
            close(pipe[0])
            throw StartFailed(reason: "\(arguments[0]): \(String(cString: strerror(result)))")
        }
        id = child
        output = pipe[0]
    }

    deinit {
        close(output)
    }

    /// Reads the output until a text appears.
    func waitForOutput(_ expected: String) async throws {
        let text: String = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.readOutput(until: expected)) }
        }
        guard text.contains(expected) else { throw StartFailed(reason: text) }
    }

    /// SIGKILL, and the end is awaited.
    func kill() {
        _ = Glibc.kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }

    private func readOutput(until expected: String) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
            if String(decoding: bytes, as: UTF8.self).contains(expected) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
