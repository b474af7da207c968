import CommCore
import Foundation
import Postgres

/// Recorded click redirects per second of comm-api, beside a bare Hummingbird server and nginx with a constant redirect.
struct RedirectBenchmark {
    private static let tokens = 1_000

    let suite: BenchSuite
    let runs: Int

    private var wrk: Wrk { Wrk(folder: suite.folder) }

    /// All three servers stand while they are driven in turn, so that whatever else the machine does falls on each of them.
    func measure() async throws -> [Measurement] {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeCampaign(contacts: Self.tokens, newsletter: Newsletter(bytes: 2_000, links: 1), on: suite.database)
        let base = Int(try suite.settings(of: "comm-api").required("COMM_PORT")) ?? 0
        let paths = try paths(for: setup)
        var servers: [Server] = []
        do {
            servers.append(Server(process: try await suite.start("comm-api", portSetting: "COMM_PORT"), port: base, paths: paths))
            servers.append(try await hello(port: base + 31))
            servers.append(try await nginx(port: base + 32))
            let results = try await drive(servers)
            try await checkRecorded(results[0])
            for server in servers { try await server.process.stop() }
            return rows(clicks: results[0], hello: results[1], nginx: results[2])
        } catch {
            for server in servers { server.process.stopNow() }
            throw error
        }
    }

    private struct Server {
        let process: ChildProcess
        let port: Int
        let paths: [String]
    }

    /// The results of each server.
    private func drive(_ servers: [Server]) async throws -> [[Wrk.Result]] {
        var results: [[Wrk.Result]] = servers.map { _ in [] }
        for server in servers { _ = try await wrk.drive("http://127.0.0.1:\(server.port)", paths: server.paths, seconds: 1) }
        for _ in 0..<runs {
            for (place, server) in servers.enumerated() {
                results[place].append(try await wrk.drive("http://127.0.0.1:\(server.port)", paths: server.paths))
            }
        }
        return results
    }

    /// A click that was answered must be in the inbox.
    private func checkRecorded(_ results: [Wrk.Result]) async throws {
        let answered = results.reduce(0) { $0 + $1.requests }
        let kept: Int = try await suite.database.query("SELECT count(*) AS rows FROM event_inbox WHERE source = 'tracking'")[0].get("rows")
        guard kept >= answered else { throw BenchError("\(answered) clicks were answered, \(kept) are recorded") }
    }

    private func rows(clicks: [Wrk.Result], hello: [Wrk.Result], nginx: [Wrk.Result]) -> [Measurement] {
        [
            row("click redirects", clicks, unit: "redirects/s", \.perSecond, hello, peer: "bare Hummingbird hello"),
            row("click redirects beside nginx", clicks, unit: "redirects/s", \.perSecond, nginx, peer: "nginx return 302, not recorded"),
            row("click redirects, p99", clicks, unit: "ms", \.p99Milliseconds, hello, peer: "bare Hummingbird hello"),
            row("click redirects, p99 beside nginx", clicks, unit: "ms", \.p99Milliseconds, nginx, peer: "nginx return 302, not recorded"),
        ]
    }

    private func row(
        _ name: String,
        _ results: [Wrk.Result],
        unit: String,
        _ figure: KeyPath<Wrk.Result, Double>,
        _ others: [Wrk.Result],
        peer: String
    ) -> Measurement {
        Measurement(
            name: name,
            value: results.map { $0[keyPath: figure] }.median,
            unit: unit,
            limit: others.map { $0[keyPath: figure] }.median,
            peer: peer
        )
    }

    private func paths(for setup: CampaignSetup) throws -> [String] {
        let secret = try suite.settings(of: "comm-api").required("SERVICE_JWT_SECRET")
        let signer = LinkTokenSigner(key: try LinkTokenKey(secret: secret))
        let now = Date()
        return try (0..<Self.tokens).map { number in
            let subject = LinkTokenSubject(
                tenantID: setup.tenantID,
                campaignID: setup.campaignID,
                contactID: UUID(),
                messageID: UUIDv7.make(at: now)
            )
            return "/c/"
                + (try signer.clickToken(
                    for: subject,
                    index: 0,
                    url: "https://shop.example.com/offers/\(number)?ref=newsletter",
                    issuedAt: now
                ))
        }
    }

    private func hello(port: Int) async throws -> Server {
        let process = try ChildProcess(
            suite.programs.appending(path: "comm-bench"),
            arguments: ["hello", "--port", String(port)],
            log: suite.folder.appending(path: "log/bench-hello.log")
        )
        try await process.waitUntilReady(url: "http://127.0.0.1:\(port)/")
        return Server(process: process, port: port, paths: ["/"])
    }

    private func nginx(port: Int) async throws -> Server {
        let folder = suite.folder.appending(path: "nginx")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "nginx.conf")
        try Data(Self.nginxConfiguration(folder.path, port: port).utf8).write(to: file)
        let process = try ChildProcess(
            URL(filePath: "/usr/sbin/nginx"),
            arguments: ["-c", file.path, "-p", folder.path, "-e", folder.appending(path: "error.log").path],
            log: suite.folder.appending(path: "log/bench-nginx.log")
        )
        try await process.waitUntilReady(url: "http://127.0.0.1:\(port)/ready")
        return Server(process: process, port: port, paths: ["/"])
    }

    private static func nginxConfiguration(_ folder: String, port: Int) -> String {
        """
        worker_processes 2;
        daemon off;
        pid \(folder)/nginx.pid;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            server {
                listen 127.0.0.1:\(port);
                location = /ready { return 204; }
                location / { return 302 https://shop.example.com/offers/1?ref=newsletter; }
            }
        }
        """
    }
}
