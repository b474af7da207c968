import Foundation
import Testing

/// A compiled mail looks as its source does: every computed style and every box of every element, in Chromium.
@Suite(.serialized) struct BrowserFidelityTests {
    @Test(arguments: Chromium.ColorScheme.allCases)
    func `our own newsletters look the same compiled`(scheme: Chromium.ColorScheme) async throws {
        let pairs = try Newsletters.own.map { try MailComparison.pair($0, try Newsletters.own($0)) }
        for result in try await MailComparison.compare(pairs, scheme: scheme) {
            #expect(result.elements > 10, "\(result.name) was hardly looked at")
            #expect(result.total == 0, "\(result.summary)")
        }
    }

    @Test(arguments: Chromium.ColorScheme.allCases)
    func `newsletters of others look the same compiled`(scheme: Chromium.ColorScheme) async throws {
        let pairs = try Newsletters.others().map { file in
            try MailComparison.pair(file.lastPathComponent, String(decoding: try Data(contentsOf: file), as: UTF8.self))
        }
        guard !pairs.isEmpty else { return }
        for result in try await MailComparison.compare(pairs, scheme: scheme) {
            #expect(result.elements > 5, "\(result.name) was hardly looked at")
            #expect(result.total == 0, "\(result.summary)")
        }
    }

    /// COMM_SEED is where the seeds begin, COMM_SEEDS how many are tried.
    @Test func `random mails look the same compiled`() async throws {
        let first = ProcessInfo.processInfo.environment["COMM_SEED"].flatMap(UInt64.init) ?? 1
        let count = ProcessInfo.processInfo.environment["COMM_SEEDS"].flatMap(UInt64.init) ?? 40
        for start in stride(from: first, to: first + count, by: 40) {
            let seeds = start..<min(start + 40, first + count)
            let pairs = try seeds.map { try MailComparison.pair("seed \($0)", RandomMail.html(seed: $0)) }
            for result in try await MailComparison.compare(pairs) {
                #expect(result.total == 0, "\(result.summary)")
            }
        }
    }
}
