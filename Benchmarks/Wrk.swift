import Foundation

/// Drives an HTTP server with wrk: 32 connections, two threads.
struct Wrk {
    struct Result {
        let perSecond: Double
        let p99Milliseconds: Double
        let requests: Int
    }

    let folder: URL

    /// - Parameters:
    ///   - paths: asked for in turn.
    /// - Throws: when an answer was neither 2xx nor 3xx, or a connection failed.
    func drive(_ base: String, paths: [String], seconds: Int = 3) async throws -> Result {
        let pathFile = folder.appending(path: "paths.txt")
        try Data(paths.joined(separator: "\n").utf8).write(to: pathFile)
        let script = folder.appending(path: "paths.lua")
        try Data(Self.script(pathFile.path).utf8).write(to: script)
        let log = folder.appending(path: "log/wrk.log")
        let wrk = try ChildProcess(
            URL(filePath: "/usr/bin/wrk"),
            arguments: ["-t2", "-c32", "-d\(seconds)s", "--latency", "-s", script.path, base],
            log: log
        )
        try await wrk.finish()
        let text = try String(contentsOf: log, encoding: .utf8)
        guard !text.contains("Non-2xx"), !text.contains("Socket errors"),
            let rate = text.firstMatch(of: /Requests\/sec:\s+([\d.]+)/).flatMap({ Double($0.1) }),
            let tail = text.firstMatch(of: /99%\s+([\d.]+)(us|ms|s)/), let value = Double(tail.1),
            let requests = text.firstMatch(of: /(\d+) requests in/).flatMap({ Int($0.1) })
        else { throw BenchError("wrk on \(base) said:\n\(text)") }
        let scale = tail.2 == "us" ? 0.001 : tail.2 == "ms" ? 1 : 1_000
        return Result(perSecond: rate, p99Milliseconds: value * scale, requests: requests)
    }

    private static func script(_ file: String) -> String {
        """
        local requests, place = {}, 0
        init = function(args)
            for path in io.lines("\(file)") do requests[#requests + 1] = wrk.format("GET", path) end
        end
        request = function()
            place = place % #requests + 1
            return requests[place]
        end
        """
    }
}
