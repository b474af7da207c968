import Foundation
import Testing

@testable import CommCore

@Suite struct ConfigurationSourcesTests {
    private let folder = NSTemporaryDirectory() + "configuration-\(UUID().uuidString)"

    private func port(arguments: [String] = [], environment: [String: String] = [:]) throws -> Int {
        let start = DaemonStart<APIConfiguration>(
            arguments: arguments,
            environment: ConfigurationSamples.complete(with: environment)
        )
        guard case .run(let configuration) = start else { throw StartRefused(start: "\(start)") }
        return configuration.port
    }

    private struct StartRefused: Error {
        let start: String
    }

    private func write(_ text: String, to name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
    }

    @Test func `the command line wins over environment, credentials and file, in this order`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("COMM_PORT=4\n", to: "env")
        _ = try write("3\n", to: "comm_port")
        #expect(try port() == 3011)
        #expect(try port(environment: ["COMM_ENV_FILE": file]) == 4)
        #expect(try port(environment: ["COMM_ENV_FILE": file, "CREDENTIALS_DIRECTORY": folder]) == 3)
        #expect(try port(environment: ["COMM_ENV_FILE": file, "CREDENTIALS_DIRECTORY": folder, "COMM_PORT": "2"]) == 2)
        #expect(try port(arguments: ["--comm-port", "1"], environment: ["COMM_ENV_FILE": file, "COMM_PORT": "2"]) == 1)
        #expect(try port(arguments: ["--comm-port=1", "--env-file", file]) == 1)
        #expect(try port(arguments: ["--env-file=\(file)"], environment: ["COMM_ENV_FILE": "/nowhere"]) == 4)
    }

    @Test func `an empty text counts as not given`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try write("COMM_PORT=4\n", to: "env")
        #expect(try port(arguments: ["--comm-port="], environment: ["COMM_PORT": "", "COMM_ENV_FILE": file]) == 4)
    }

    @Test func `values of the command line keep commas and equals signs`() {
        let options = CommandLineOptions(
            ["--comm-fault=a.after:1:kill,b.after:kill", "--comm-db-url", "postgresql://h/d?a=b"],
            program: .sender
        )
        #expect(options.settings == ["COMM_FAULT": "a.after:1:kill,b.after:kill", "COMM_DB_URL": "postgresql://h/d?a=b"])
        #expect(options.problems.isEmpty)
    }

    @Test(arguments: [
        (["--comm-prot", "1"], "--comm-prot"), (["--comm-port"], "--comm-port"), (["serve"], "serve"),
        (["--comm-port", "--help-me"], "--comm-port"),
        (["--comm-lanes", "2"], "--comm-lanes"), (["--check-config=yes"], "--check-config"),
    ])
    func `an option that is unknown, foreign or incomplete is a problem`(arguments: [String], name: String) {
        #expect(CommandLineOptions(arguments, program: .api).problems.first?.name == name)
    }

    @Test func `problems of sources and of values are told together`() throws {
        let start = DaemonStart<APIConfiguration>(
            arguments: ["--bogus", "1", "--env-file", "/nowhere/env"],
            environment: ConfigurationSamples.complete(with: ["COMM_PORT": "x"])
        )
        guard case .end(let code, let output) = start else {
            Issue.record("expected the end")
            return
        }
        #expect(code == 78)
        for name in ["--bogus", "/nowhere/env", "COMM_PORT"] {
            #expect(output.contains(name))
        }
    }

    @Test func `checking says that a good configuration is valid`() {
        let start = DaemonStart<StatsConfiguration>(arguments: ["--check-config"], environment: ConfigurationSamples.complete)
        guard case .end(let code, let output) = start else {
            Issue.record("expected the end")
            return
        }
        #expect(code == 0)
        #expect(output == "configuration is valid")
    }

    @Test func `help lists what the program reads and needs no configuration`() {
        let start = DaemonStart<SenderConfiguration>(arguments: ["--help"], environment: [:])
        guard case .end(let code, let output) = start else {
            Issue.record("expected the end")
            return
        }
        #expect(code == 0)
        #expect(output.contains("usage: comm-sender"))
        #expect(output.contains("--comm-lanes"))
        #expect(!output.contains("--comm-max-import-bytes"))
    }

    @Test func `a file is read as systemd and dotenv read it`() {
        let (values, problems) = EnvironmentFile.parse(
            """
            # comment
            PLAIN=value # kept
            export EXPORTED = spaced out\u{20}
            SINGLE='a "b" \\n'
            DOUBLE="a 'b' \\n\\"c\\" \\\\"
            EMPTY=
            AGAIN=1
            AGAIN=2
            URL=postgres://u:p@h/d?x=y\r

            """,
            path: "env"
        )
        #expect(problems.isEmpty)
        #expect(
            values == [
                "PLAIN": "value # kept", "EXPORTED": "spaced out", "SINGLE": "a \"b\" \\n", "DOUBLE": "a 'b' \n\"c\" \\", "EMPTY": "",
                "AGAIN": "2",
                "URL": "postgres://u:p@h/d?x=y",
            ]
        )
    }

    @Test(arguments: ["no assignment", "=x", "1A=x", "A B=x", "A=\"open", "A='"])
    func `a line that is no assignment is told by its number, not by its text`(line: String) {
        let (values, problems) = EnvironmentFile.parse("GOOD=1\n\(line)\n", path: "env")
        #expect(values == ["GOOD": "1"])
        #expect(problems == [.init(name: "env:2", reason: "is not NAME=value")])
    }
}
