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
}
