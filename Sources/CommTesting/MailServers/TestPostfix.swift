import Foundation

/// A private mail server (Debian's postfix) for one test: a relay, and a receiver behind it that refuses by the recipient's domain.
///
/// `gone.example` has no users, in `full.example` all mailboxes are full, `blocked.example` does not want the sender, `later.example` asks
/// for patience, and everybody else is there. What the relay cannot deliver comes back into a Maildir, whatever the name before the `@`.
package final class TestPostfix: Sendable {
    private static let program = "/usr/sbin/postfix"

    /// It needs an administrator.
    package static var isAvailable: Bool { geteuid() == 0 && FileManager.default.isExecutableFile(atPath: program) }

    /// Domain of the addresses that mails come back to.
    package static let bounceDomain = "bounces.example"

    /// Takes everything.
    package let relayPort: Int
    /// Refuses at once.
    package let strictPort: Int

    private let folder: String
    private let process: ServerProcess

    private init(maildir: String?) throws {
        folder = "/tmp/postfix-\(UUID().uuidString.prefix(8).lowercased())"
        let ports = try ServerProcess.freePorts(2)
        (relayPort, strictPort) = (ports[0], ports[1])
        for path in ["conf", "spool", "data", "mail"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(path)", withIntermediateDirectories: true)
        }
        guard let account = getpwnam("postfix"), chown("\(folder)/data", account.pointee.pw_uid, 0) == 0 else {
            throw TestFailure("there is no account for postfix")
        }
        try Self.settings(folder, maildir: maildir ?? "\(folder)/mail", strictPort: strictPort)
            .write(toFile: "\(folder)/conf/main.cf", atomically: true, encoding: .utf8)
        try Self.services(relayPort: relayPort, strictPort: strictPort)
            .write(toFile: "\(folder)/conf/master.cf", atomically: true, encoding: .utf8)
        process = try ServerProcess([Self.program, "-c", "\(folder)/conf", "start-fg"])
    }

    /// Runs a body with a fresh server.
    ///
    /// - Parameter maildir: where mails come back to; its owner is who receives them.
    package static func with<R>(maildir: String? = nil, _ body: (TestPostfix) async throws -> R) async throws -> R {
        let server = try TestPostfix(maildir: maildir)
        defer { try? FileManager.default.removeItem(atPath: server.folder) }
        guard await server.process.listens(on: server.relayPort), await server.process.listens(on: server.strictPort) else {
            throw TestFailure("postfix did not start: \((try? String(contentsOfFile: "\(server.folder)/log", encoding: .utf8)) ?? "")")
        }
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private func stop() async {
        let text = (try? String(contentsOfFile: "\(folder)/spool/pid/master.pid", encoding: .utf8)) ?? ""
        await process.stop(master: pid_t(text.filter(\.isNumber)))
    }

    private static func settings(_ folder: String, maildir: String, strictPort: Int) -> String {
        let owner = getpwnam("nobody").map { ($0.pointee.pw_uid, $0.pointee.pw_gid) } ?? (65_534, 65_534)
        return """
            compatibility_level = 3.6
            queue_directory = \(folder)/spool
            data_directory = \(folder)/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            shlib_directory = /usr/lib/postfix
            meta_directory = /etc/postfix
            mail_owner = postfix
            setgid_group = postdrop
            maillog_file = \(folder)/log
            maillog_file_prefixes = /tmp
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = relay.example
            mydestination =
            alias_maps =
            alias_database =
            mynetworks = 127.0.0.0/8
            smtpd_peername_lookup = no
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_recipient_restrictions =
            strict_restrictions = check_recipient_access inline:{
                {gone.example = 550 5.1.1 no such user} {full.example = 552 5.2.2 mailbox full}
                {blocked.example = 554 5.7.1 blocked using spamhaus} {later.example = 450 4.2.1 try again later} }
            recipient_delimiter = +
            virtual_mailbox_domains = \(bounceDomain)
            virtual_mailbox_base = \(maildir)
            virtual_mailbox_maps = static:Maildir/
            virtual_minimum_uid = 1
            virtual_uid_maps = static:\(owner.0)
            virtual_gid_maps = static:\(owner.1)
            transport_maps = inline:{ {fine.example = discard:} }
            default_transport = smtp:[127.0.0.1]:\(strictPort)

            """
    }

    private static func services(relayPort: Int, strictPort: Int) -> String {
        """
        127.0.0.1:\(relayPort) inet n - n - - smtpd
        127.0.0.1:\(strictPort) inet n - n - - smtpd
            -o myhostname=receiver.example -o smtpd_recipient_restrictions=$strict_restrictions
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        discard unix - - n - - discard
        virtual unix - n n - - virtual
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}
