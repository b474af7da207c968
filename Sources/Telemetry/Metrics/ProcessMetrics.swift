import Foundation

/// Memory, processor time and open files of this process, read from `/proc` when asked.
///
/// Only `/proc/self` is read, which a unit with `ProcSubset=pid` still shows.
package struct ProcessMetrics: Sendable {
    private let directory: String
    private let pageSize: Int
    private let ticksPerSecond: Double
    private let bootTime: @Sendable () -> Double

    /// Metrics of this process.
    ///
    /// - Parameters:
    ///   - directory: what stands for `/proc/self`; a test gives its own.
    ///   - bootTime: seconds since 1970 at which the machine was started.
    package init(
        directory: String = "/proc/self",
        pageSize: Int = sysconf(Int32(_SC_PAGESIZE)),
        ticksPerSecond: Int = sysconf(Int32(_SC_CLK_TCK)),
        bootTime: @escaping @Sendable () -> Double = { ProcessMetrics.clock(CLOCK_REALTIME) - ProcessMetrics.clock(CLOCK_BOOTTIME) }
    ) {
        self.directory = directory
        self.pageSize = pageSize
        self.ticksPerSecond = Double(max(ticksPerSecond, 1))
        self.bootTime = bootTime
    }

    /// Resident memory in bytes; nil when it cannot be read.
    package var residentBytes: Int? {
        statField(23).map { Int($0) * pageSize }
    }

    func write(to text: inout String) {
        if let user = statField(13), let system = statField(14) {
            append(
                "process_cpu_seconds_total",
                "counter",
                "Processor time used, user and system.",
                (user + system) / ticksPerSecond,
                to: &text
            )
        }
        if let bytes = residentBytes {
            append("process_resident_memory_bytes", "gauge", "Resident memory.", Double(bytes), to: &text)
        }
        if let bytes = statField(22) {
            append("process_virtual_memory_bytes", "gauge", "Virtual memory.", bytes, to: &text)
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/fd") {
            append("process_open_fds", "gauge", "Open file descriptors.", Double(files.count), to: &text)
        }
        if let ticks = statField(21) {
            let start = bootTime() + ticks / ticksPerSecond
            append(
                "process_start_time_seconds",
                "gauge",
                "Start of the process, seconds since 1970.",
                (start * 100).rounded() / 100,
                to: &text
            )
        }
    }

    private func append(_ name: String, _ kind: String, _ help: String, _ value: Double, to text: inout String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(PrometheusNumber.text(value))\n"
    }

    /// A field of `stat` (proc(5)), counted from 0; the name of the program, which may hold anything, ends at the last parenthesis.
    private func statField(_ index: Int) -> Double? {
        guard let data = FileManager.default.contents(atPath: "\(directory)/stat") else { return nil }
        let line = String(decoding: data, as: UTF8.self)
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.indices.contains(index - 2) else { return nil }
        return Double(fields[index - 2])
    }

    private static func clock(_ id: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(id, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
