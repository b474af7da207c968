import Foundation
import Testing

/// The systemd units, checked by systemd itself.
///
/// The programs that they start need not be installed for that.
@Suite("systemd units")
struct OperationsUnitTests {
    private static let daemons = ["comm-api", "comm-sender", "comm-stats"]

    @Test("systemd accepts the units and the target without a warning")
    func verify() async throws {
        try await OperationsFolder.temporary { folder in
            let units = try Self.copyUnits(to: folder)
            let check = try await OperationsCommand.run("systemd-analyze", ["verify", "--man=no"] + units.map(\.path), in: folder)
            #expect(check.status == 0)
            #expect(check.output == "")
        }
    }

    @Test("each daemon's exposure is 1.2 of 10 at most", arguments: daemons)
    func exposure(daemon: String) async throws {
        try await OperationsFolder.temporary { folder in
            _ = try Self.copyUnits(to: folder)
            let unit = folder.appending(path: "\(daemon).service").path
            let check = try await OperationsCommand.run(
                "systemd-analyze",
                ["security", "--offline=true", "--no-pager", "--threshold=12", unit],
                in: folder
            )
            #expect(check.status == 0, "\(check.output)")
        }
    }

    @Test("a daemon is not started on a schema that it does not know", arguments: daemons)
    func schemaGuard(daemon: String) throws {
        let unit = try Self.text(of: "\(daemon).service")
        #expect(unit.contains("\nExecStartPre=/usr/local/bin/commctl migrate status --require-current\n"))
        #expect(unit.contains("\nExecStart=/usr/local/bin/\(daemon)\n"))
        #expect(unit.contains("\nType=notify\n"))
        #expect(unit.contains("\nWatchdogSec=30\n"))
    }

    @Test("every setting of a unit has a comment above it", arguments: daemons)
    func comments(daemon: String) throws {
        let service = try Self.text(of: "\(daemon).service").components(separatedBy: "[Service]\n").last ?? ""
        for paragraph in service.components(separatedBy: "\n[Install]")[0].components(separatedBy: "\n\n") where !paragraph.isEmpty {
            #expect(paragraph.drop(while: \.isNewline).hasPrefix("#"), "\(paragraph)")
        }
    }

    private static func text(of unit: String) throws -> String {
        try String(contentsOf: OperationsFolder.project.appending(path: "systemd/\(unit)"), encoding: .utf8)
    }

    /// Copies the units; in place of our programs stands one that every system has.
    private static func copyUnits(to folder: URL) throws -> [URL] {
        try (daemons.map { "\($0).service" } + ["communications-block.target"]).map { name in
            let place = folder.appending(path: name)
            let unit = try text(of: name).replacing(#/\/usr\/local\/bin\/[a-z-]+/#, with: "/bin/true")
            try unit.write(to: place, atomically: true, encoding: .utf8)
            return place
        }
    }
}
