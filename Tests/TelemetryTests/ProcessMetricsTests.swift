import Foundation
import Testing

@testable import Telemetry

@Suite struct ProcessMetricsTests {
    @Test func `the fields of stat are found behind any program name`() throws {
        let directory = NSTemporaryDirectory() + "process-metrics-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory + "/fd/0", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: directory + "/fd/1", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fields = ["S"] + (4...13).map { _ in "0" } + ["250", "50", "0", "0", "20", "0", "4", "0", "1000", "8192000", "25", "0"]
        try Data("77 (od) d (name) \(fields.joined(separator: " "))\n".utf8).write(to: URL(filePath: directory + "/stat"))

        let metrics = ProcessMetrics(directory: directory, pageSize: 4_096, ticksPerSecond: 100) { 1_700_000_000 }
        #expect(metrics.residentBytes == 25 * 4_096)
        var text = ""
        metrics.write(to: &text)
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                "process_cpu_seconds_total 3", "process_resident_memory_bytes 102400", "process_virtual_memory_bytes 8192000",
                "process_open_fds 2", "process_start_time_seconds 1700000010",
            ]
        )
    }

    @Test func `this process has memory, files and a start in the past`() throws {
        let metrics = ProcessMetrics()
        #expect(try #require(metrics.residentBytes) > 1_000_000)
        var text = ""
        metrics.write(to: &text)
        let start = try #require(text.split(separator: "\n").last?.split(separator: " ").last.flatMap { Double($0) })
        #expect(start < Date().timeIntervalSince1970 + 1)
        #expect(start > 1_600_000_000)
    }

    @Test func `what cannot be read is left out`() {
        var text = ""
        ProcessMetrics(directory: "/nowhere").write(to: &text)
        #expect(text.isEmpty)
    }
}
