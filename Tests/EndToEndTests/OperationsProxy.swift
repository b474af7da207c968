import Foundation
import Testing

/// The shipped nginx configuration on ports of its own, in front of some comm-api.
///
/// Only what a machine must decide for itself is replaced: host names, ports, certificates, the log folder.
struct OperationsProxy: Sendable {
    let folder: URL
    let apiPort: Int
    let httpsPort: Int
    let httpPort: Int
    private let process = ProcessBox()

    /// Writes the configuration into `folder` with a certificate made for the occasion.
    static func prepare(in folder: URL, apiPort: Int, httpsPort: Int, httpPort: Int) async throws -> OperationsProxy {
        let proxy = OperationsProxy(folder: folder, apiPort: apiPort, httpsPort: httpsPort, httpPort: httpPort)
        let snippets = folder.appending(path: "snippets")
        try FileManager.default.createDirectory(at: snippets, withIntermediateDirectories: true)
        for name in ["communications-block-proxy.conf", "communications-block-prefix.conf", "cloudflare-real-ip.conf"] {
            try proxy.shipped(name).write(to: snippets.appending(path: name), atomically: true, encoding: .utf8)
        }
        try proxy.localised(try proxy.shipped("communications-block.conf"))
            .write(to: folder.appending(path: "communications-block.conf"), atomically: true, encoding: .utf8)
        try proxy.wrapper.write(to: folder.appending(path: "nginx.conf"), atomically: true, encoding: .utf8)
        let certificate = try await OperationsCommand.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "tls.key", "-out",
                "tls.crt",
            ],
            in: folder
        )
        guard certificate.status == 0 else { throw OperationsProxyError(output: certificate.output) }
        return proxy
    }

    /// What `nginx -t` says.
    func check() async throws -> OperationsCommand {
        try await nginx(["-t"])
    }

    /// Starts nginx, and waits until it listens.
    ///
    /// It stays in the foreground: what goes into the background keeps the descriptors by which its end would be seen.
    func start() async throws {
        let check = try await check()
        guard check.status == 0 else { throw OperationsProxyError(output: check.output) }
        try process.run("/usr/bin/env", ["nginx"] + arguments)
        // The check has left an empty one; its number is written once the sockets are open.
        let pid = folder.appending(path: "nginx.pid")
        try await eventually("nginx listens", within: .seconds(20)) {
            try !Data(contentsOf: pid).isEmpty
        }
    }

    /// Stops nginx and its workers at once.
    func stop() async throws {
        let stop = try await nginx(["-s", "stop"])
        guard stop.status == 0 else { throw OperationsProxyError(output: stop.output) }
        try await eventually("nginx has ended", within: .seconds(10)) {
            !FileManager.default.fileExists(atPath: folder.appending(path: "nginx.pid").path)
        }
        process.kill()
    }

    private func nginx(_ arguments: [String]) async throws -> OperationsCommand {
        try await OperationsCommand.run("nginx", self.arguments + arguments, in: folder)
    }

    private var arguments: [String] {
        ["-p", folder.path, "-c", folder.appending(path: "nginx.conf").path, "-e", "error.log"]
    }

    private func shipped(_ name: String) throws -> String {
        try String(contentsOf: OperationsFolder.project.appending(path: "nginx/\(name)"), encoding: .utf8)
    }

    private func localised(_ configuration: String) -> String {
        configuration
            .replacing("server 127.0.0.1:3011;", with: "server 127.0.0.1:\(apiPort);")
            .replacing(#/listen \[::\]:[0-9]+[^;]*;/#, with: "")
            .replacing("listen 443 ", with: "listen 127.0.0.1:\(httpsPort) ")
            .replacing("listen 80;", with: "listen 127.0.0.1:\(httpPort);")
            .replacing(#/\/etc\/communications-block\/tls\/[a-z]+/#, with: "tls")
            .replacing("/var/log/nginx/", with: "")
            .replacing("# include snippets/cloudflare", with: "include snippets/cloudflare")
    }

    private var wrapper: String {
        """
        pid nginx.pid;
        error_log error.log;
        daemon off;
        events {}
        http {
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            include communications-block.conf;
            server {
                listen 127.0.0.1:\(httpPort);
                server_name platform.example.org;
                include snippets/communications-block-prefix.conf;
            }
        }
        """
    }
}

/// Why nginx could not be prepared or started.
struct OperationsProxyError: Error, CustomStringConvertible {
    let output: String

    var description: String { output }
}
