import Foundation
import Synchronization

/// A private IMAP server (Debian's dovecot) with one mailbox, for one test.
///
/// Its folder and its ports are its own, and it needs no administrator: then its processes run as whoever runs the tests.
package final class TestDovecot: Sendable {
    package static let user = "bounce"
    package static let password = "a password & more %41"

    private static let folderOfAll = "/tmp"

    /// TLS from the first byte.
    package let tlsPort: Int
    /// In the clear, with STARTTLS.
    package let plainPort: Int
    /// File with the certificate of `localhost`.
    package let certificate: String

    private let folder: String
    private let process = Mutex<pid_t?>(nil)
    private let delivered = Atomic<Int>(0)

    private init() throws {
        folder = "\(Self.folderOfAll)/dovecot-\(UUID().uuidString.prefix(8).lowercased())"
        certificate = "\(folder)/certificate.pem"
        (tlsPort, plainPort) = try Self.freePorts()
        for path in ["run", "mail/Maildir/new", "mail/Maildir/cur", "mail/Maildir/tmp"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(path)", withIntermediateDirectories: true)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        try LocalhostCertificate.pem.write(toFile: certificate, atomically: true, encoding: .utf8)
        try LocalhostCertificate.privateKey.write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
        try settings.write(toFile: "\(folder)/dovecot.conf", atomically: true, encoding: .utf8)
        try "\(Self.user):{PLAIN}\(Self.password)::::::\n".write(toFile: "\(folder)/users", atomically: true, encoding: .utf8)
        try giveAway("mail")
    }

    /// Runs a body with a fresh server.
    package static func with<R>(_ body: (TestDovecot) async throws -> R) async throws -> R {
        let server = try TestDovecot()
        defer { try? FileManager.default.removeItem(atPath: server.folder) }
        try await server.start()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Puts a mail into the mailbox.
    package func deliver(_ mail: String) throws {
        try deliver([mail])
    }

    /// Puts mails into the mailbox, in this order.
    package func deliver(_ mails: [String]) throws {
        for mail in mails {
            let number = delivered.add(1, ordering: .relaxed).newValue
            // The name decides the order in which a server numbers new mails.
            let name = "\(1_000_000_000 + number).M\(number)P1.test"
            try Data(mail.utf8).write(to: URL(filePath: "\(folder)/mail/Maildir/tmp/\(name)"))
            try giveAway("mail/Maildir/tmp/\(name)")
            try FileManager.default.moveItem(atPath: "\(folder)/mail/Maildir/tmp/\(name)", toPath: "\(folder)/mail/Maildir/new/\(name)")
        }
    }

    /// The flags of each mail of a folder, for example `S` for seen.
    package func flags(in name: String? = nil) throws -> [String] {
        let box = "\(folder)/mail/Maildir" + (name.map { "/.\($0)" } ?? "")
        var flags: [String] = []
        for part in ["new", "cur"] {
            for file in (try? FileManager.default.contentsOfDirectory(atPath: "\(box)/\(part)")) ?? [] {
                flags.append(file.lastIndex(of: ",").map { String(file[file.index(after: $0)...]) } ?? "")
            }
        }
        return flags.sorted()
    }

    /// Makes the server number all mails anew, as after a restore.
    package func renumber() async throws {
        await stop()
        let box = "\(folder)/mail/Maildir"
        for file in try FileManager.default.contentsOfDirectory(atPath: box) where file.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: "\(box)/\(file)")
        }
        try "3 V\(UInt32.random(in: 1_000...1_000_000)) N1 G0123456789abcdef0123456789abcdef\n"
            .write(toFile: "\(box)/dovecot-uidlist", atomically: true, encoding: .utf8)
        try giveAway("mail/Maildir/dovecot-uidlist")
    }

    /// Starts the server and waits until it answers.
    package func start() async throws {
        let id = try Self.spawn(["/usr/sbin/dovecot", "-F", "-c", "\(folder)/dovecot.conf"])
        process.withLock { $0 = id }
        while !Self.answers(plainPort) {
            guard waitpid(id, nil, WNOHANG) == 0 else {
                process.withLock { $0 = nil }
                let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
                throw TestFailure("dovecot did not start: \(log)")
            }
            await Task.yield()
        }
    }

    /// Ends the server with its connections.
    package func stop() async {
        let running = process.withLock { current in
            defer { current = nil }
            return current
        }
        guard let running else { return }
        kill(running, SIGTERM)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                waitpid(running, nil, 0)
                continuation.resume()
            }
        }
    }

    /// Starts a program that hears signals, whichever the calling thread has blocked.
    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var id: pid_t = 0
        let result = posix_spawn(&id, arguments[0], nil, &attributes, &pointers, environ)
        guard result == 0 else { throw TestFailure("\(arguments[0]) cannot be run") }
        return id
    }

    private var isAdministrator: Bool { geteuid() == 0 }

    private var settings: String {
        let me = isAdministrator ? "nobody" : String(cString: getpwuid(geteuid()).pointee.pw_name)
        let group = isAdministrator ? "nogroup" : String(cString: getgrgid(getegid()).pointee.gr_name)
        let owner = isAdministrator ? "uid=nobody gid=nogroup" : "uid=\(geteuid()) gid=\(getegid())"
        return """
            protocols = imap
            base_dir = \(folder)/run
            state_dir = \(folder)/run
            log_path = \(folder)/log
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <\(certificate)
            ssl_key = <\(folder)/key.pem
            disable_plaintext_auth = no
            first_valid_uid = 1
            mail_location = maildir:\(folder)/mail/Maildir
            mail_fsync = never
            default_internal_user = \(me)
            default_internal_group = \(group)
            default_login_user = \(me)
            passdb {
              driver = passwd-file
              args = \(folder)/users
            }
            userdb {
              driver = static
              args = \(owner) home=\(folder)/mail
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = \(plainPort)
              }
              inet_listener imaps {
                port = \(tlsPort)
                ssl = yes
              }
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }

            """
    }

    /// Hands a file over to the account under which mails are read.
    private func giveAway(_ path: String) throws {
        guard isAdministrator, let account = getpwnam("nobody") else { return }
        let owner = account.pointee
        let paths = [path] + (FileManager.default.subpaths(atPath: "\(folder)/\(path)") ?? []).map { "\(path)/\($0)" }
        for path in paths where chown("\(folder)/\(path)", owner.pw_uid, owner.pw_gid) != 0 {
            throw TestFailure("\(path) cannot be given away")
        }
    }

    private static func freePorts() throws -> (Int, Int) {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        for _ in 0..<2 {
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
            ports.append(Int(UInt16(bigEndian: address.sin_port)))
        }
        return (ports[0], ports[1])
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
