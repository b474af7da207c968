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
    private let process = Mutex<ServerProcess?>(nil)
    private let delivered = Atomic<Int>(0)

    private let extra: String

    /// - Parameter extra: further settings.
    private init(extra: String) throws {
        self.extra = extra
        folder = "\(Self.folderOfAll)/dovecot-\(UUID().uuidString.prefix(8).lowercased())"
        certificate = "\(folder)/certificate.pem"
        let ports = try ServerProcess.freePorts(2)
        (tlsPort, plainPort) = (ports[0], ports[1])
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
    ///
    /// - Parameter settings: further settings.
    package static func with<R>(settings: String = "", _ body: (TestDovecot) async throws -> R) async throws -> R {
        let server = try TestDovecot(extra: settings)
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

    /// The folder above the Maildir, for a mail server that delivers into it.
    package var home: String { "\(folder)/mail" }

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
        let started = try ServerProcess(["/usr/sbin/dovecot", "-F", "-c", "\(folder)/dovecot.conf"])
        process.withLock { $0 = started }
        guard await started.listens(on: plainPort) else {
            throw TestFailure("dovecot did not start: \((try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "")")
        }
    }

    /// Ends the server with its connections.
    package func stop() async {
        let running = process.withLock { current in
            defer { current = nil }
            return current
        }
        await running?.stop()
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
            \(extra)

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
}
