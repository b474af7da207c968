import CommCore
import Foundation
import Postgres

/// Recorded click redirects per second of comm-api, beside a bare Hummingbird server and nginx with a constant redirect.
struct RedirectBenchmark {
    private static let tokens = 1_000

    let suite: BenchSuite
    let runs: Int

    private var wrk: Wrk { Wrk(folder: suite.folder) }

    func measure() async throws -> [Measurement] {
        try await suite.clear()
        let base = Int(try suite.settings(of: "comm-api").required("COMM_PORT")) ?? 0
        let clicks = try await clicks(port: base)
        let hello = try await hello(port: base + 31)
        let nginx = try await nginx(port: base + 32)
        return [
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

    private func clicks(port: Int) async throws -> [Wrk.Result] {
        let setup = CampaignSetup()
        try await setup.makeCampaign(contacts: Self.tokens, newsletter: Newsletter(bytes: 2_000, links: 1), on: suite.database)
        let paths = try paths(for: setup)
        return try await serve(try await suite.start("comm-api", portSetting: "COMM_PORT"), port: port, paths: paths) { results in
            let answered = results.reduce(0) { $0 + $1.requests }
            let kept: Int = try await suite.database.query("SELECT count(*) AS rows FROM event_inbox WHERE source = 'tracking'")[0].get(
                "rows"
            )
            guard kept >= answered else { throw BenchError("\(answered) clicks were answered, \(kept) are recorded") }
        }
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

    private func hello(port: Int) async throws -> [Wrk.Result] {
        let process = try ChildProcess(
            suite.programs.appending(path: "comm-bench"),
            arguments: ["hello", "--port", String(port)],
            log: suite.folder.appending(path: "log/bench-hello.log")
        )
        try await process.waitUntilReady(url: "http://127.0.0.1:\(port)/")
        return try await serve(process, port: port, paths: ["/"])
    }

    private func nginx(port: Int) async throws -> [Wrk.Result] {
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
        return try await serve(process, port: port, paths: ["/"])
    }

    private func serve(
        _ process: ChildProcess,
        port: Int,
        paths: [String],
        check: ([Wrk.Result]) async throws -> Void = { _ in }
    ) async throws -> [Wrk.Result] {
        do {
            let base = "http://127.0.0.1:\(port)"
            var results: [Wrk.Result] = []
            _ = try await wrk.drive(base, paths: paths, seconds: 1)
            for _ in 0..<runs { results.append(try await wrk.drive(base, paths: paths)) }
            try await check(results)
            try await process.stop()
            return results
        } catch {
            process.stopNow()
            throw error
        }
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
